import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import { leadsSomewhere, linksWithin } from "../support/links.ts";

const root = fileURLToPath(new URL("../..", import.meta.url));

test("what the pages link to is there", () => {
  const links = linksWithin(root, ["*.md", "docs/**/*.md", "examples/**/*.md"]);
  expect(links.length).toBeGreaterThan(10);
  expect(links.filter((link) => !leadsSomewhere(root, link))).toEqual([]);
});
