import { lovage } from "lovage";
import { expect, onTestFinished } from "vitest";
import { testRequiring } from "../../support/requirement.ts";
import { pgBouncerProgram, postgresProgram, startPgBouncer, startPostgres } from "../../support/servers/index.ts";

testRequiring(pgBouncerProgram, postgresProgram)(
  "ctx.transaction behind PgBouncer in transaction mode: exactly once, and given up at the hard limit",
  async () => {
    const postgres = await startPostgres();
    onTestFinished(() => postgres.close());
    const bouncer = await startPgBouncer(postgres, { settings: { default_pool_size: "6" } });
    onTestFinished(() => bouncer.close());
    await postgres.ask("CREATE TABLE counter AS SELECT 0 AS value");
    const app = lovage({ url: `${bouncer.url}?listen=off`, logger: { log() {} } });
    onTestFinished(() => app.close());
    const count = app.task({
      name: "count",
      run: (_number: number, ctx) =>
        ctx.transaction((tx) => tx.query("UPDATE counter SET value = value + 1").then(() => "counted")),
    });
    const hang = app.task({
      name: "hang",
      retry: { max: 0 },
      timeLimit: { hard: "500ms" },
      run: (_input, ctx) =>
        ctx.transaction(async (tx) => {
          await tx.query("UPDATE counter SET value = value + 1000");
          await tx.query("SELECT pg_sleep(60)");
        }),
    });
    await count.delayMany(Array.from({ length: 100 }, (_, number) => number));
    const report = await app.worker({ concurrency: 20 }).drain({ timeout: "20s" });
    expect(report.outcomes.succeeded).toBe(100);
    const hung = await hang.delay();
    await app.worker().drain({ timeout: "10s" });
    expect(await hung.state()).toBe("failed");
    expect(await postgres.ask("SELECT value FROM counter")).toBe("100");
  },
);
