import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { type Requirement, testRequiring } from "../support/requirement.ts";
import { packTarball, registry } from "../support/tarball.ts";
import { follow } from "./readme/follow.ts";
import { readQuickStart } from "./readme/quick-start.ts";

const path = fileURLToPath(new URL("../../README.md", import.meta.url));
const readme: Requirement = { name: "readme", met: existsSync(path), install: "write README.md" };

let folder: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "lovage-readme-"));
});

afterEach(() => {
  rmSync(folder, { recursive: true });
});

function sample(...blocks: readonly string[]): string {
  return ["# A package", "```sh", "rm -rf /", "```", "<!-- quick-start -->", ...blocks, "<!-- /quick-start -->"].join(
    "\n",
  );
}

function block(info: string, ...lines: readonly string[]): string {
  return ["Then:", `\`\`\`${info}`, ...lines, "```"].join("\n");
}

testRequiring(readme, registry())(
  "the quick start of the README does what it says",
  async () => {
    const steps = readQuickStart(readFileSync(path, "utf8"));
    expect(steps.filter(({ kind }) => kind === "file").length).toBeGreaterThan(0);
    expect(steps.filter(({ kind }) => kind === "output").length).toBeGreaterThan(0);
    const project = join(folder, "project");
    mkdirSync(project);
    await follow(steps, project, packTarball(folder));
  },
  180_000,
);

testRequiring(readme)("the README has the command that tests, and the one that shows", () => {
  const text = readFileSync(path, "utf8");
  expect(text).toContain("npm cit");
  expect(text).toContain("npm run demo");
});

describe("reading a quick start", () => {
  test("takes files, commands and outputs between the marks, and nothing outside", () => {
    const markdown = sample(
      block("sh", "# comments are for the reader", "npm install lovage", "node a.ts"),
      block('ts title="src/a.ts"', "", "console.log(1);"),
      block("sh background", "npx lovage worker src/a.ts"),
      block("text", "1"),
    );
    expect(readQuickStart(markdown)).toEqual([
      { kind: "command", line: "npm install lovage" },
      { kind: "command", line: "node a.ts" },
      { kind: "file", name: "src/a.ts", text: "\nconsole.log(1);\n" },
      { kind: "background", line: "npx lovage worker src/a.ts" },
      { kind: "output", lines: ["1"] },
    ]);
  });

  test("refuses a README without the marks, and a block that nobody would test", () => {
    expect(() => readQuickStart("# A package")).toThrow("not between");
    expect(() => readQuickStart(sample(block("ts", "1;")))).toThrow("```ts of the quick start is neither");
  });
});

describe("following a quick start", () => {
  const steps = (...blocks: readonly string[]): Promise<void> =>
    follow(readQuickStart(sample(...blocks)), folder, join(folder, "none.tgz"));
  const program = block(
    'ts title="src/a.ts"',
    "const three: number = 1 + 2;",
    "console.log('a');",
    "console.log(three);",
  );

  test("writes the files, runs the commands and compares what they print", async () => {
    await steps(program, block("sh", "node src/a.ts"), block("text", "a", "3"));
  });

  test("fails on another output, on another order, and on a command that fails", async () => {
    const command = block("sh", "node src/a.ts");
    await expect(steps(program, command, block("text", "4"))).rejects.toThrow('"4" is printed, but it is not');
    await expect(steps(program, command, block("text", "3", "a"))).rejects.toThrow('"a" is printed, but it is not');
    await expect(steps(block("sh", "node none.ts"))).rejects.toThrow("node none.ts ended with 1");
  });

  test("keeps a background command running for those that follow, and ends it", async () => {
    const server = block(
      'js title="server.mjs"',
      'import { createServer } from "node:http";',
      'import { writeFileSync } from "node:fs";',
      "const server = createServer((_, response) => response.end('hello'));",
      "server.listen(0, () => writeFileSync('port', String(server.address().port)));",
    );
    const ask = block(
      "sh",
      "until [ -s port ]; do :; done; node -e \"fetch('http://localhost:' + require('fs').readFileSync('port')).then((r) => r.text()).then(console.log)\"",
    );
    await steps(server, block("sh background", "node server.mjs"), ask, block("text", "hello"));
    const port = readFileSync(join(folder, "port"), "utf8");
    await expect(fetch(`http://localhost:${port}`)).rejects.toThrow();
  });

  test("shows what the background printed where a step fails", async () => {
    const failing = steps(
      block("sh background", "echo no module && exit 1"),
      block("sh", "until [ -s terminal.log ]; do :; done; exit 7"),
    );
    await expect(failing).rejects.toThrow(/ended with 7.*no module/s);
  });
});
