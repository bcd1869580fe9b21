import { randomBytes } from "node:crypto";
import { type App, lovage } from "lovage";
import { Client } from "pg";
import { expect, onTestFinished } from "vitest";
import { silentLogger } from "../../../src/kernel/logger.ts";
import { testRequiring } from "../../support/requirement.ts";
import { findPostgres, findRedis } from "../../support/servers/index.ts";
import { removeKeys } from "../redis/keys.ts";

const [postgres, redis] = [await findPostgres(), await findRedis()];
const testBoth = testRequiring(postgres, redis);

async function connect(): Promise<Client> {
  const client = new Client({ connectionString: postgres.url });
  await client.connect();
  onTestFinished(() => client.end());
  return client;
}

function open(broker: string, results: string): App {
  const namespace = `t${randomBytes(6).toString("hex")}`;
  const app = lovage({ broker, results, namespace, logger: silentLogger, worker: { poll: "50ms" } });
  onTestFinished(async () => {
    await app.close();
    await removeKeys(redis.url, `lovage:{${namespace}*`);
    const client = new Client({ connectionString: postgres.url });
    await client.connect();
    for (const schema of [`lovage_${namespace}`, `lovage_${namespace}_results`])
      await client.query(`DROP SCHEMA IF EXISTS ${schema} CASCADE`);
    await client.end();
  });
  return app;
}

testBoth(
  "with a PostgreSQL broker, tx and ctx.transaction() are as on PostgreSQL, and the result moves on",
  async () => {
    const app = open(postgres.url, redis.url);
    const task = app.task({
      name: "one",
      run: (_: unknown, ctx) => ctx.transaction(async (tx) => (await tx.query("SELECT 41 + 1 AS answer")).rows),
    });
    const client = await connect();
    await client.query("BEGIN");
    const result = await task.delay({}, { tx: client });
    await expect(result.state()).rejects.toMatchObject({ code: "JOB_NOT_FOUND" });
    await client.query("COMMIT");
    expect(await result.state()).toBe("ready");
    await app.worker().start();
    expect(await result.get({ timeout: "10s" })).toEqual([{ answer: 42 }]);
    const left = async () => (await client.query(`SELECT FROM lovage_${app.settings.namespace}.finished`)).rowCount;
    await expect.poll(left, { timeout: 10_000 }).toBe(0);
    expect(await result.get()).toEqual([{ answer: 42 }]);
  },
);

testBoth("with a Redis broker, a transaction of the results' database is refused, by code", async () => {
  const app = open(redis.url, postgres.url);
  const task = app.task({ name: "one", run: (_: unknown, ctx) => ctx.transaction(async () => 1) });
  const client = await connect();
  await client.query("BEGIN");
  await expect(task.delay({}, { tx: client })).rejects.toMatchObject({ code: "TRANSACTION_UNSUPPORTED" });
  await client.query("ROLLBACK");
  const result = await task.delay({});
  await app.worker().start();
  await expect(result.get({ timeout: "10s" })).rejects.toMatchObject({
    code: "JOB_FAILED",
    cause: { code: "CAPABILITY_MISSING" },
  });
});
