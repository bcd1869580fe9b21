import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { requireNode, version } from "../../src/kernel/version.ts";

test("is the package's", () => {
  expect(version).toBe(JSON.parse(readFileSync(new URL("../../package.json", import.meta.url), "utf8")).version);
  expect(version).toMatch(/^\d+\.\d+\.\d+/);
});

test.each(["22.18.0", "22.100.0", "24.0.0", "100.1.0"])("Node %s is new enough", (present) => {
  expect(() => requireNode(present)).not.toThrow();
});

test.each(["22.17.1", "22.9.0", "20.20.2", "8.0.0"])(
  "Node %s is refused, with the version that is needed",
  (present) => {
    expect(() => requireNode(present)).toThrow(`Lovage needs Node 22.18 or later, and this is ${present}`);
  },
);
