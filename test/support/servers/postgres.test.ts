import { setTimeout as sleep } from "node:timers/promises";
import { Client } from "pg";
import { expect, onTestFinished } from "vitest";
import { mounting } from "../disk.ts";
import { testRequiring } from "../requirement.ts";
import { type PostgresOptions, type PostgresServer, postgresProgram, startPostgres } from "./postgres.ts";
import { startProxy } from "./proxy.ts";

const testPostgres = testRequiring(postgresProgram);
const MEGABYTE = 2 ** 20;

async function start(options: PostgresOptions = {}): Promise<PostgresServer> {
  const postgres = await startPostgres(options);
  onTestFinished(() => postgres.close());
  return postgres;
}

testPostgres(
  "killed, it comes back at its port with what was committed; frozen, it is silent until thawed",
  async () => {
    const postgres = await start({ settings: { work_mem: "5MB" } });
    expect(await postgres.ask("SHOW work_mem")).toBe("5MB");
    await postgres.ask("CREATE TABLE a AS SELECT 1 AS b");
    await postgres.kill();
    expect(postgres.pids).toEqual([]);
    await expect(postgres.ask("SELECT 1")).rejects.toThrow("ECONNREFUSED");
    await postgres.start();
    expect(await postgres.ask("SELECT b FROM a")).toBe("1");

    postgres.freeze();
    let answered = false;
    const answer = postgres.ask("SELECT b FROM a").finally(() => {
      answered = true;
    });
    await sleep(300);
    expect(answered).toBe(false);
    postgres.thaw();
    expect(await answer).toBe("1");

    await postgres.restart();
    expect(await postgres.ask("SELECT b FROM a")).toBe("1");
    await postgres.close();
    await expect(postgres.ask("SELECT 1")).rejects.toThrow("ECONNREFUSED");
  },
);

testPostgres("a commit whose reply the proxy cuts is committed, and its client sees the connection break", async () => {
  const postgres = await start();
  await postgres.ask("CREATE TABLE a (b int)");
  const proxy = await startProxy(postgres.url);
  onTestFinished(() => proxy.close());
  const client = new Client({ connectionString: proxy.url });
  client.on("error", () => undefined);
  await client.connect();
  const lost = proxy.cutReply({ request: "COMMIT", reply: "COMMIT" });
  await client.query("BEGIN");
  await client.query("INSERT INTO a VALUES (1)");
  await expect(client.query("COMMIT")).rejects.toThrow(/ECONNRESET|terminated/);
  await lost;
  expect(await postgres.ask("SELECT b FROM a")).toBe("1");
});

const testDisk = testRequiring(postgresProgram, mounting);

testDisk("a full disk without the write-ahead log fails statements, and the server goes on", async () => {
  const postgres = await start({ disk: { bytes: 80 * MEGABYTE, holdsLog: false } });
  await postgres.ask("CREATE TABLE a (b text)");
  postgres.fillDisk();
  const insert = "INSERT INTO a SELECT repeat('x', 1000) FROM generate_series(1, 10000)";
  await expect(postgres.ask(insert)).rejects.toThrow("No space left on device");
  expect(await postgres.ask("SELECT 1")).toBe("1");
  postgres.freeDisk();
  await postgres.ask(insert);
  expect(await postgres.ask("SELECT count(*) FROM a")).toBe("10000");
});

testDisk("a full disk with the write-ahead log stops the server, and freed it starts again", async () => {
  const postgres = await start({ disk: { bytes: 120 * MEGABYTE, holdsLog: true } });
  await postgres.ask("CREATE TABLE a (b text)");
  postgres.fillDisk();
  const insert = "INSERT INTO a SELECT repeat('x', 1000) FROM generate_series(1, 30000)";
  await expect(postgres.ask(insert)).rejects.toThrow();
  expect(postgres.log).toContain("No space left on device");
  postgres.freeDisk();
  await postgres.kill();
  await postgres.start();
  expect(await postgres.ask("SELECT count(*) FROM a")).toBe("0");
});
