import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { formatFacts, formatTable } from "../../src/cli/table.ts";
import { clip, printable, textWidth } from "../../src/cli/text.ts";

describe("printable", () => {
  test("shows what a terminal would obey", () => {
    expect(printable("a\u001b[31mb\r\nc")).toBe("a\\u{1b}[31mb\\u{d}\\u{a}c");
    expect(printable("line\n\tnext\u0007", { multiline: true })).toBe("line\n\tnext\\u{7}");
    expect(printable("füße 😀 日本")).toBe("füße 😀 日本");
  });

  test("of whatever text, nothing is left that a terminal obeys", () => {
    fc.assert(
      fc.property(fc.string({ unit: "binary" }), (text) => {
        expect(printable(text)).not.toMatch(/[\p{Cc}\p{Cs}\u202A-\u202E]/u);
      }),
    );
  });
});

describe("width", () => {
  test.each([
    ["abc", 3],
    ["日本", 4],
    ["e\u0301", 1],
    ["😀", 2],
  ])("of %j is %i", (text, width) => {
    expect(textWidth(text)).toBe(width);
  });

  test("clipped text is never wider than asked for", () => {
    fc.assert(
      fc.property(fc.string({ unit: "grapheme" }), fc.integer({ min: 1, max: 40 }), (text, columns) => {
        expect(textWidth(clip(text, columns))).toBeLessThanOrEqual(columns);
      }),
    );
  });
});

test("a table's columns are aligned, wide characters included", () => {
  const rows = [
    { name: "日本", count: 5 },
    { name: "a", count: 1_000 },
  ];
  const table = formatTable(rows, [
    { title: "NAME", cell: ({ name }) => name },
    { title: "COUNT", cell: ({ count }) => String(count), align: "right" },
    { title: "", cell: () => "x" },
  ]);
  expect(table.split("\n")).toEqual(["NAME  COUNT", "日本      5  x", "a      1000  x"]);
});

test("facts leave out what is not there, and indent further lines", () => {
  const facts = formatFacts([
    ["id", "7"],
    ["none", undefined],
    ["error", "one\ntwo"],
  ]);
  expect(facts).toBe("id     7\nerror  one\n       two");
});
