import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { cliReference, optionsReference } from "../../scripts/generate-reference.ts";

// After a change of the commands or of a default: node scripts/generate-reference.ts

test("docs/reference/cli.md is what the commands say of themselves", () => {
  expect(readFileSync(new URL("../../docs/reference/cli.md", import.meta.url), "utf8")).toBe(cliReference());
});

test("docs/reference/options.md is what the table of defaults says", () => {
  expect(readFileSync(new URL("../../docs/reference/options.md", import.meta.url), "utf8")).toBe(optionsReference());
});
