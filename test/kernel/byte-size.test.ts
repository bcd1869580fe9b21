import { expect, test } from "vitest";
import { parseByteSize } from "../../src/kernel/byte-size.ts";

test.each<[unknown, number]>([
  [0, 0],
  [1_000, 1_000],
  [1.4, 1],
  ["64kb", 65_536],
  ["1mb", 1_048_576],
  ["1.5mb", 1_572_864],
  ["2gb", 2_147_483_648],
])("%j is %d bytes", (value, bytes) => {
  expect(parseByteSize(value)).toBe(bytes);
});

test.each([
  -1,
  NaN,
  Infinity,
  1e300,
  "64",
  "64 kb",
  "64KB",
  "-1kb",
  "kb",
  "1e3kb",
  "9e9gb",
  `${"9".repeat(30)}gb`,
  null,
  [],
  {},
])("%j is no size", (value) => {
  expect(parseByteSize(value)).toBeUndefined();
});
