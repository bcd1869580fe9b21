import fastCheck from "fast-check";
import { afterAll, describe, expect, onTestFinished, test } from "vitest";
import { createPostgresEngine } from "../../../src/engines/postgres/index.ts";
import { describeEngine, expectedTests } from "../../../src/testing/conformance/index.ts";
import { pushRequest } from "../../../src/testing/conformance/trial.ts";
import { testRequiring } from "../../support/requirement.ts";
import { pgBouncerProgram, postgresProgram, startPgBouncer, startPostgres } from "../../support/servers/index.ts";
import { postgresAdapter } from "./adapter.ts";

if (pgBouncerProgram.met && postgresProgram.met) {
  // In transaction mode each statement may come to another session: few of them, so that it often does.
  const postgres = await startPostgres();
  const bouncer = await startPgBouncer(postgres, { settings: { default_pool_size: "5", max_client_conn: "500" } });
  afterAll(async () => {
    await bouncer.close();
    await postgres.close();
  });
  const adapter = postgresAdapter("PostgreSQL behind PgBouncer", `${bouncer.url}?listen=off`, postgres.url);
  const report = describeEngine(adapter, { describe, test, fastCheck });

  test("it finds out by itself that notifications do not come through", async () => {
    const engine = createPostgresEngine({ url: bouncer.url, schema: "found_out" });
    onTestFinished(() => engine.stop());
    await engine.start();
    const finding = (await engine.maintenance.diagnose()).find(({ check }) => check === "notifications");
    expect(finding?.ok).toBe(false);
    expect(finding?.detail).toContain("listen=URL");
    let woken = false;
    void engine.jobs.arrival({ queues: undefined, tasks: ["task"] }, new AbortController().signal).then(() => {
      woken = true;
    });
    await engine.inspect.get([]);
    await engine.jobs.push([pushRequest([{}])]);
    await expect.poll(() => woken).toBe(true);
  });

  test("it listens past it where it is told the way", async () => {
    const engine = createPostgresEngine({ url: bouncer.url, schema: "past_it", listen: postgres.url });
    onTestFinished(() => engine.stop());
    await engine.start();
    const finding = (await engine.maintenance.diagnose()).find(({ check }) => check === "notifications");
    expect(finding).toEqual({ check: "notifications", ok: true, detail: expect.stringContaining("LISTEN works") });
  });

  test("nothing falls away unseen", () => {
    expect(report.run.length).toBe(expectedTests - report.skipped.length);
  });
} else {
  testRequiring(pgBouncerProgram, postgresProgram)("conformance of PostgreSQL behind PgBouncer", () => {});
}
