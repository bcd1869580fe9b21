import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterEach, describe, expect, test } from "vitest";
import { checkArchitecture } from "./architecture/check.ts";

const root = fileURLToPath(new URL("../..", import.meta.url));
const folders: string[] = [];

afterEach(() => {
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true });
});

/** Checks a package of these files of src/, and tells what was found as `rule at`. */
function findings(files: Readonly<Record<string, string>>): string[] {
  const folder = mkdtempSync(join(tmpdir(), "lovage-architecture-"));
  folders.push(folder);
  const manifest = {
    name: "lovage",
    dependencies: { commander: "*", "@scope/known": "*" },
    peerDependencies: { pg: "*" },
    devDependencies: { vitest: "*" },
  };
  writeFileSync(join(folder, "package.json"), JSON.stringify(manifest));
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, "src", path)), { recursive: true });
    writeFileSync(join(folder, "src", path), text);
  }
  return checkArchitecture(folder).map(({ rule, at }) => `${rule} ${at}`);
}

function lines(count: number): string {
  return "// a line\n".repeat(count);
}

test("src/ keeps the rules of the house", () => {
  expect(checkArchitecture(root).map(({ rule, at, message }) => `src/${at} ${rule}: ${message}`)).toEqual([]);
});

describe("the checker lets pass", () => {
  test.each<[string, Record<string, string>]>([
    [
      "an import from a lower layer",
      { "tasks/a.ts": 'import "../engine/b.ts";', "engine/b.ts": 'import "../kernel/c.ts";' },
    ],
    ["an import within a folder", { "engines/sqlite/a.ts": 'import "./sql/b.ts";', "engines/sqlite/sql/b.ts": "" }],
    ["the composition root finding engines", { "app/a.ts": 'await import("../engines/memory/b.ts");' }],
    ["an entry that shows what is below", { "index.ts": 'export * from "./app/a.ts";', "app/a.ts": "" }],
    [
      "dependencies, peers and Node",
      { "kernel/a.ts": 'import "commander"; import "@scope/known/deep"; import "pg"; import "node:fs";' },
    ],
    ["400 lines, and 60 in a function", { "kernel/a.ts": `${lines(340)}function f() {\n${lines(58)}}\n` }],
    ["a thread's module by its URL", { "kernel/a.ts": 'new URL("./b.ts", import.meta.url);', "kernel/b.ts": "" }],
    ["a path of the user's", { "cli/a.ts": 'print("lovage worker ./tasks.ts", "./tasks.ts");' }],
    ["any in a text or a name", { "kernel/a.ts": 'const any = "any"; // any of these' }],
  ])("%s", (_what, files) => {
    expect(findings(files)).toEqual([]);
  });
});

describe("the checker catches", () => {
  test.each<[string, Record<string, string>, string[]]>([
    ["an import from a higher layer", { "kernel/a.ts": '\nimport "../engine/b.ts";' }, ["layer kernel/a.ts:2"]],
    [
      "a type from a higher layer",
      { "tasks/a.ts": 'import type { B } from "../worker/b.ts";' },
      ["layer tasks/a.ts:1"],
    ],
    ["a type named in place", { "tasks/a.ts": 'type B = import("../worker/b.ts").B;' }, ["layer tasks/a.ts:1"]],
    ["an export from a higher layer", { "tasks/a.ts": 'export { b } from "../app/b.ts";' }, ["layer tasks/a.ts:1"]],
    ["a module loaded on first use", { "tasks/a.ts": 'f(() => import("../app/b.ts"));' }, ["layer tasks/a.ts:1"]],
    [
      "a thread's module from a higher layer",
      { "tasks/a.ts": 'new URL("../app/b.ts", import.meta.url);' },
      ["layer tasks/a.ts:1"],
    ],
    ["siblings", { "worker/a.ts": 'import "../schedule/b.ts";' }, ["sibling worker/a.ts:1"]],
    ["an engine in an engine", { "engines/redis/a.ts": 'import "../sqlite/b.ts";' }, ["sibling engines/redis/a.ts:1"]],
    [
      "an engine below the composition root",
      { "worker/a.ts": 'import "../engines/memory/b.ts";' },
      ["engine worker/a.ts:1"],
    ],
    [
      "the conformance suite knowing an engine",
      { "testing/conformance/a.ts": 'import "../../engines/memory/b.ts";' },
      ["layer testing/conformance/a.ts:1"],
    ],
    [
      "the test kit in its conformance suite",
      { "testing/conformance/a.ts": 'import "../b.ts";' },
      ["sibling testing/conformance/a.ts:1"],
    ],
    ["an entry within", { "app/a.ts": 'import "../index.ts";' }, ["layer app/a.ts:1"]],
    ["a folder without a layer", { "helpers/a.ts": "" }, ["folder helpers/a.ts:1"]],
    [
      "a cycle",
      { "kernel/a.ts": 'import "./b.ts";', "kernel/b.ts": 'import "./c.ts";', "kernel/c.ts": 'import "./a.ts";' },
      ["cycle kernel/a.ts:1"],
    ],
    ["a file that imports itself", { "kernel/a.ts": 'import "./a.ts";' }, ["cycle kernel/a.ts:1"]],
    ["401 lines", { "kernel/a.ts": lines(401) }, ["file-length kernel/a.ts:401"]],
    ["61 lines in a function", { "kernel/a.ts": `function f() {\n${lines(59)}}\n` }, ["function-length kernel/a.ts:1"]],
    [
      "61 lines in a method",
      { "kernel/a.ts": `class A {\n  m(): void {\n${lines(59)}}\n}` },
      ["function-length kernel/a.ts:2"],
    ],
    [
      "61 lines in an arrow function",
      { "kernel/a.ts": `const f = () => {\n${lines(59)}};\n` },
      ["function-length kernel/a.ts:1"],
    ],
    ["any", { "kernel/a.ts": "let a: any;\nlet b: Map<string, any[]>;" }, ["any kernel/a.ts:1", "any kernel/a.ts:2"]],
    [
      "unfinished work",
      { "kernel/a.ts": "\n// TODO: later\n/* FIXME */" },
      ["unfinished kernel/a.ts:2", "unfinished kernel/a.ts:3"],
    ],
    ["a development dependency", { "kernel/a.ts": 'import "vitest";' }, ["dependency kernel/a.ts:1"]],
    [
      "a type of a package that is not installed with it",
      { "kernel/a.ts": 'import type { Z } from "@scope/other/z";' },
      ["dependency kernel/a.ts:1"],
    ],
    ["the package itself", { "testing/a.ts": 'import "lovage/engine";' }, ["dependency testing/a.ts:1"]],
    [
      "a module named where the build cannot see it",
      { "kernel/a.ts": 'fork("./b.ts");', "kernel/b.ts": "" },
      ["hidden-module kernel/a.ts:1"],
    ],
  ])("%s", (_what, files, expected) => {
    expect(findings(files)).toEqual(expected);
  });
});
