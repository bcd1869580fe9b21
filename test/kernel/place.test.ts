import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import { callerPlace } from "../../src/kernel/place.ts";

test("names the file, line and column of who called Lovage", () => {
  const place = callerPlace();
  expect(place.replace(/:\d+:\d+$/, "")).toBe(fileURLToPath(import.meta.url));
  expect(place).toMatch(/:6:\d+$/);
});
