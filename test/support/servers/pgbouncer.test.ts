import { expect, onTestFinished } from "vitest";
import { testRequiring } from "../requirement.ts";
import { type PgBouncer, pgBouncerProgram, startPgBouncer } from "./pgbouncer.ts";
import { postgresProgram, startPostgres } from "./postgres.ts";
import { askPostgres } from "./sql.ts";

const testPgBouncer = testRequiring(postgresProgram, pgBouncerProgram);

async function start(): Promise<PgBouncer> {
  const postgres = await startPostgres();
  onTestFinished(() => postgres.close());
  const bouncer = await startPgBouncer(postgres);
  onTestFinished(() => bouncer.close());
  return bouncer;
}

testPgBouncer("it serves the server, for every role of it, and again after a kill", async () => {
  const bouncer = await start();
  await bouncer.ask("CREATE ROLE clerk LOGIN");
  const url = new URL(bouncer.url);
  url.username = "clerk";
  expect(await askPostgres(url.href, "SELECT current_user")).toBe("clerk");
  const admin = new URL(bouncer.url);
  admin.pathname = "/pgbouncer";
  expect(await askPostgres(admin.href, "SHOW CONFIG")).toMatch(/^pool_mode\|transaction\|/m);
  await bouncer.kill();
  await expect(bouncer.ask("SELECT 1")).rejects.toThrow("ECONNREFUSED");
  await bouncer.start();
  expect(await bouncer.ask("SELECT 1")).toBe("1");
});

testPgBouncer("in transaction mode nothing resets a session: what one client sets, the next one finds", async () => {
  const bouncer = await start();
  await bouncer.ask("SET work_mem = '9MB'");
  expect(await bouncer.ask("SHOW work_mem")).toBe("9MB");
});
