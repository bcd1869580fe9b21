import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { differences, formatDifferences } from "../../src/testing/difference.ts";

const whole = { partial: false };

describe("where two values differ", () => {
  test.each<[string, unknown, unknown, string]>([
    ["a member", { a: { b: 1 } }, { a: { b: 2 } }, "$.a.b: 1 → 2"],
    ["a member more", { a: 1 }, { a: 1, "b c": 2 }, '$["b c"]: nothing → 2'],
    ["a member less", { a: 1 }, {}, "$.a: 1 → nothing"],
    ["an item more", [1], [1, { id: 2 }], "$[1]: nothing → { id: 2 }"],
    ["an undefined item more", [], [undefined], "$.length: 0 → 1"],
    ["a value of another kind", { a: [] }, { a: {} }, "$.a: [] → {}"],
    ["null", { a: null }, { a: {} }, "$.a: null → {}"],
    ["a Map's entry", new Map([["k", { n: 1 }]]), new Map([["k", { n: 2 }]]), "$.get('k').n: 1 → 2"],
    ["a Set's item", new Set([1, 2]), new Set([2, 3]), "$.has(1): true → false\n$.has(3): false → true"],
    ["a Date", new Date(0), new Date(1), "$: 1970-01-01T00:00:00.000Z → 1970-01-01T00:00:00.001Z"],
    ["the bare value", 1, "1", "$: 1 → '1'"],
    ["a member named like one of Object's", {}, { constructor: 1 }, "$.constructor: nothing → 1"],
  ])("%s", (_, before, after, expected) => {
    const text = formatDifferences(differences(before, after, whole));
    expect(text.replace(/^ {2}/gm, "")).toBe(expected);
  });

  test("none between equal values: NaN, absent and undefined, copies, sets of objects", () => {
    const value = { a: Number.NaN, b: undefined, c: [new Date(5), new Set([{ id: 1 }])], d: new Map([[1, /a/g]]) };
    expect(differences(value, { ...structuredClone(value), b: undefined }, whole)).toEqual([]);
    expect(differences({ a: 1, b: undefined }, { a: 1 }, whole)).toEqual([]);
  });

  test("a cycle is walked once", () => {
    const cyclic = (n: number): object => {
      const node: Record<string, unknown> = { n };
      node.self = node;
      return node;
    };
    expect(differences(cyclic(1), cyclic(2), whole)).toMatchObject([{ path: "$.n" }]);
    expect(differences(cyclic(1), cyclic(1), whole)).toEqual([]);
  });

  test("stops at 20, and says that there are more", () => {
    const found = differences(
      Array.from({ length: 1_000 }),
      Array.from({ length: 1_000 }, (_, n) => n),
      whole,
    );
    expect(found).toHaveLength(20);
    expect(formatDifferences(found)).toMatch(/\n {2}…$/);
  });

  test("partial: members that are not asked for do not count, in lists neither; items do", () => {
    const partial = { partial: true };
    expect(differences({ a: { b: 1 } }, { a: { b: 1, c: 2 }, d: 3 }, partial)).toEqual([]);
    expect(differences([{ a: 1 }], [{ a: 1, b: 2 }], partial)).toEqual([]);
    expect(differences({ a: 1 }, {}, partial)).toMatchObject([{ path: "$.a" }]);
    expect(differences({ a: undefined }, { a: 1 }, partial)).toMatchObject([{ path: "$.a" }]);
    expect(differences([1], [1, 2], partial)).toMatchObject([{ path: "$[1]" }]);
  });

  test("of JSON values: none exactly when they are equal", () => {
    fc.assert(
      fc.property(fc.jsonValue(), fc.jsonValue(), (left, right) => {
        expect(differences(left, structuredClone(left), whole)).toEqual([]);
        // JSON has no -0, which isDeepStrictEqual and this comparison tell from 0.
        expect(differences(left, right, whole).length === 0).toBe(JSON.stringify(left) === JSON.stringify(right));
      }),
    );
  });
});
