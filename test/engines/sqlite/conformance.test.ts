import fastCheck from "fast-check";
import { describe, expect, test } from "vitest";
import { describeEngine, expectedTests } from "../../../src/testing/conformance/index.ts";
import { sqliteAdapter } from "./adapter.ts";

const report = describeEngine(sqliteAdapter, { describe, test, fastCheck });

test("nothing falls away unseen", () => {
  expect(report.skipped).toEqual([]);
  expect(report.run.length).toBe(expectedTests);
});
