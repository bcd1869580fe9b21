import { expect, test } from "vitest";
import { isName } from "../../src/kernel/job.ts";

test.each(["a", "mail.send", "Möhren & Rüben", "日本", "😀".repeat(200), "a b"])("%j is a name", (name) => {
  expect(isName(name)).toBe(true);
});

test.each<unknown>([
  "",
  "x".repeat(201),
  "a\nb",
  "a\u0000",
  "a\n",
  "\u007f",
  "\u0085",
  "\ud800",
  5,
  null,
  undefined,
  ["a"],
])("%j is none", (name) => {
  expect(isName(name)).toBe(false);
});
