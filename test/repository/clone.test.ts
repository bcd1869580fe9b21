import { existsSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { afterAll, beforeAll, describe, expect } from "vitest";
import { run, runOrThrow } from "../support/command.ts";
import { type Requirement, testRequiring } from "../support/requirement.ts";

const root = fileURLToPath(new URL("../..", import.meta.url));
const repository: Requirement = {
  name: "git",
  met: run(root, ["git", "rev-parse", "--git-dir"]).status === 0,
  install: "apt-get install git, and test in a clone",
};

let folder: string;
let clone: string;

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "lovage-clone-"));
  clone = join(folder, "lovage");
  if (!repository.met) return;
  runOrThrow(folder, ["git", "clone", "--quiet", "--depth=1", pathToFileURL(root).href, clone]);
  symlinkSync(join(root, "node_modules"), join(clone, "node_modules"));
});

afterAll(() => {
  rmSync(folder, { recursive: true });
});

describe("in a clone without a build", () => {
  const probe = `
    import { lovage } from "lovage";
    if (typeof lovage !== "function") throw new Error("lovage() is missing");
    console.log(import.meta.resolve("lovage"));`;

  testRequiring(repository)("an example that imports lovage gets src/", () => {
    writeFileSync(join(clone, "examples/probe.ts"), probe);
    const env = { ...process.env, NODE_OPTIONS: "--conditions=lovage-source" };
    const output = runOrThrow(clone, [process.execPath, "examples/probe.ts"], { env });
    expect(output.trim()).toBe(pathToFileURL(join(clone, "src/index.ts")).href);
    expect(existsSync(join(clone, "dist"))).toBe(false);
  });

  testRequiring(repository)("npm scripts set the condition that finds it", () => {
    const output = runOrThrow(clone, ["npm", "exec", "--", "node", "-p", "process.env.NODE_OPTIONS"]);
    expect(output.trim()).toBe("--conditions=lovage-source");
  });

  testRequiring(repository)("the lovage command runs from src/, and a module given to it gets the same copy", () => {
    expect(runOrThrow(clone, [process.execPath, "bin/lovage.js", "--help"])).toContain("worker");
    writeFileSync(
      join(folder, "tasks.ts"),
      `import { lovage } from "lovage";
       export const app = lovage({ url: "memory:" });
       app.task({ name: "probe", run: () => "seen" });
       console.error(import.meta.resolve("lovage"), process.env.NODE_OPTIONS);`,
    );
    symlinkSync(folder, join(folder, "node_modules"));
    const module = join(folder, "tasks.ts");
    const { stderr } = run(folder, [process.execPath, join(clone, "bin/lovage.js"), "drain", module]);
    expect(stderr).toContain(`${pathToFileURL(join(clone, "src/index.ts")).href} --conditions=lovage-source`);
  });
});
