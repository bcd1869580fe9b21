import { execFile } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { afterEach, beforeEach, expect, test } from "vitest";
import { type PageWithCode, pagesWithCode, titledBlocks } from "../support/code-blocks.ts";

const root = fileURLToPath(new URL("../..", import.meta.url));

let folder: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "lovage-code-"));
});

afterEach(() => {
  rmSync(folder, { recursive: true });
});

/** What the compiler says of the code of these pages, each a folder in a project where Lovage is installed. */
async function compile(pages: readonly PageWithCode[]): Promise<string> {
  const compilerOptions = {
    isolatedDeclarations: false,
    typeRoots: [join(root, "node_modules/@types")],
    paths: { lovage: [join(root, "src/index.ts")] },
  };
  const config = { extends: join(root, "tsconfig.json"), compilerOptions, include: ["."], exclude: [] };
  writeFileSync(join(folder, "tsconfig.json"), JSON.stringify(config));
  writeFileSync(join(folder, "package.json"), JSON.stringify({ type: "module" }));
  for (const { page, blocks } of pages) {
    mkdirSync(join(folder, page), { recursive: true });
    for (const { title, code } of blocks) writeFileSync(join(folder, page, title), code);
  }
  return promisify(execFile)(join(root, "node_modules/.bin/tsc"), ["-p", folder], { cwd: folder }).then(
    ({ stdout }) => stdout,
    (error: { stdout: string }) => error.stdout,
  );
}

test("the code of the pages fits the types", async () => {
  const pages = pagesWithCode(root, ["*.md", "docs/**/*.md"]);
  expect(pages.map(({ page }) => page)).toContain("README.md");
  expect(await compile(pages)).toBe("");
});

test("code that does not fit is told, with its page", async () => {
  const blocks = titledBlocks('```ts title="a.ts"\nimport { lovage } from "lovage";\nlovage({ colour: 1 });\n```\n');
  expect(await compile([{ page: "page.md", blocks }])).toMatch(/^page\.md\/a\.ts.*'colour' does not exist/);
});

test("two blocks of a page cannot be one file", () => {
  const block = '```ts title="a.ts"\n1;\n```\n';
  expect(() => titledBlocks(block + block)).toThrow("Two blocks of one page are the file a.ts");
});
