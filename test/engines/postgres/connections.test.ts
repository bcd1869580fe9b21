import { expect, onTestFinished } from "vitest";
import { Pool } from "../../../src/engines/postgres/client/pool.ts";
import { readPostgresOptions } from "../../../src/engines/postgres/options.ts";
import { testRequiring } from "../../support/requirement.ts";
import {
  type NetworkProxy,
  type PostgresServer,
  postgresProgram,
  startPostgres,
  startProxy,
} from "../../support/servers/index.ts";

const testPostgres = testRequiring(postgresProgram);

testPostgres("a connection that opens after its waiter's deadline goes to the next one", async () => {
  const { pool, proxy } = await start();
  const first = pool.run({ text: "SELECT pg_sleep(60)" }).catch(codeOf);
  const second = pool.run({ text: "SELECT 2" }, Date.now() + 300).catch(codeOf);
  const third = pool.run({ text: "SELECT 3" }).then(({ rows }) => rows, codeOf);
  // The first loses its connection, and the second's takes longer to open than it has time.
  proxy.delay(400);
  proxy.drop();
  expect(await first).toBe("ENGINE_UNAVAILABLE");
  expect(await second).toBe("ENGINE_TIMEOUT");
  expect(await third).toEqual([["3"]]);
  await proxy.pass();
  expect((await pool.run({ text: "SELECT 4" })).rows).toEqual([["4"]]);
});

testPostgres("a connection that opens after the pool was closed is closed", async () => {
  const { pool, proxy, server } = await start();
  proxy.drop();
  proxy.delay(400);
  await expect.poll(() => pool.run({ text: "SELECT 1" }, Date.now() + 100).catch(codeOf)).toBe("ENGINE_TIMEOUT");
  await pool.close(1_000);
  await expect.poll(() => ofLovage(server), { timeout: 5_000 }).toBeGreaterThan(0);
  await expect.poll(() => ofLovage(server), { timeout: 5_000 }).toBe(0);
});

async function start(): Promise<{ server: PostgresServer; proxy: NetworkProxy; pool: Pool }> {
  const server = await startPostgres();
  onTestFinished(() => server.close());
  const proxy = await startProxy(server.url);
  onTestFinished(() => proxy.close());
  const pool = new Pool(readPostgresOptions({ url: proxy.url, connections: 1 }));
  pool.open();
  onTestFinished(() => pool.close(1_000));
  await pool.run({ text: "SELECT 1" });
  return { server, proxy, pool };
}

async function ofLovage(server: PostgresServer): Promise<number> {
  return Number(await server.ask("SELECT count(*) FROM pg_stat_activity WHERE application_name = 'lovage'"));
}

function codeOf(error: unknown): unknown {
  return error instanceof Error && "code" in error ? error.code : error;
}
