import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { describe, expect, test } from "vitest";
import { oldNode, oldNodePath } from "../support/old-node.ts";
import { testRequiring } from "../support/requirement.ts";

const root = fileURLToPath(new URL("../..", import.meta.url));

function run(node: string, ...commands: string[]): { status: number | null; stdout: string; stderr: string } {
  return spawnSync(node, commands, { cwd: root, encoding: "utf8", env: { PATH: process.env.PATH } });
}

describe("under a Node that is too old", () => {
  testRequiring(oldNode)("the tests and the demo say what to do about it", () => {
    const { status, stdout, stderr } = run(oldNodePath ?? "", "scripts/check-node.js");
    expect({ status, stdout }).toEqual({ status: 1, stdout: "" });
    expect(stderr).toMatch(/^Lovage needs Node 22\.18 or later, and this is v\d+\.\d+\.\d+\./);
    // The two ways to be without the Node of the clone: a production install, and ignored install scripts.
    expect(stderr).toContain("npm ci --include=dev --ignore-scripts=false");
    expect(stderr).not.toContain("    at ");
  });

  testRequiring(oldNode)("the lovage command says so in one line", () => {
    const { status, stdout, stderr } = run(oldNodePath ?? "", "bin/lovage.js", "--help");
    expect({ status, stdout }).toEqual({ status: 1, stdout: "" });
    expect(stderr).toMatch(/^lovage needs Node 22\.18 or later, and this is v\d+\.\d+\.\d+: .*\n$/);
  });
});

test("under a Node that is new enough the check says nothing", () => {
  expect(run(process.execPath, "scripts/check-node.js")).toMatchObject({ status: 0, stdout: "", stderr: "" });
});

test("every place that names the oldest Node names the same one", () => {
  const read = (path: string): string => readFileSync(`${root}/${path}`, "utf8");
  expect(JSON.parse(read("package.json")).engines.node).toBe(">=22.18");
  expect(read("bin/lovage.js")).toMatch(/major < 22 \|\| \(major === 22 && minor < 18\)/);
  expect(read("scripts/check-node.js")).toContain("[22, 18]");
});

test("the tests start with the check, and so does the demo", () => {
  const { scripts } = JSON.parse(readFileSync(`${root}/package.json`, "utf8"));
  expect(scripts.test).toMatch(/^node scripts\/check-node\.js && /);
  expect(scripts.demo).toMatch(/^node scripts\/check-node\.js && /);
});
