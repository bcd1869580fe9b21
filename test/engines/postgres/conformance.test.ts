import fastCheck from "fast-check";
import { describe, expect, test } from "vitest";
import { describeEngine, expectedTests } from "../../../src/testing/conformance/index.ts";
import { testRequiring } from "../../support/requirement.ts";
import { findPostgres } from "../../support/servers/index.ts";
import { postgresAdapter } from "./adapter.ts";

const postgres = await findPostgres();

if (postgres.met) {
  const adapter = postgresAdapter("PostgreSQL", postgres.url, postgres.url);
  const report = describeEngine(adapter, { describe, test, fastCheck });

  test("nothing falls away unseen", () => {
    expect(report.skipped).toEqual([]);
    expect(report.run.length).toBe(expectedTests);
  });
} else {
  testRequiring(postgres)("conformance of PostgreSQL", () => {});
}
