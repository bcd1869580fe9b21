import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { fileURLToPath } from "node:url";
import { lovage } from "lovage";
import { describe, expect, onTestFinished, test } from "vitest";

const WORKERS = 8;
const JOBS = 200;

describe("8 worker processes change one row of SQLite", () => {
  /** Runs the jobs, and answers with what they sold. Each process has a connection of its own to the shop's file. */
  async function sell(way: string): Promise<number> {
    const folder = mkdtempSync(join(tmpdir(), "lovage-races-"));
    onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
    const shop = new DatabaseSync(join(folder, "shop.db"));
    onTestFinished(() => shop.close());
    shop.exec("PRAGMA journal_mode = WAL; CREATE TABLE seats (sold integer NOT NULL); INSERT INTO seats VALUES (0)");
    const app = lovage({ url: `sqlite:${join(folder, "jobs.db")}`, logger: { log() {} } });
    onTestFinished(() => app.close());
    for (let started = 0; started < WORKERS; started += 1) startProcess(folder);
    await app.start();
    await expect.poll(() => app.engine.inspect.workers(), { timeout: 20_000 }).toHaveLength(WORKERS);
    const jobs = await Promise.all(Array.from({ length: JOBS }, () => app.send(way, null)));
    await Promise.all(jobs.map((job) => job.get({ timeout: "25s" })));
    const records = await app.engine.inspect.get(jobs.map(({ id }) => id));
    expect(new Set(records.map((record) => record?.worker)).size).toBeGreaterThan(1);
    return Number(shop.prepare("SELECT sold FROM seats").get()?.sold);
  }

  function startProcess(folder: string): void {
    const child = spawn(process.execPath, [fileURLToPath(new URL("races-worker.ts", import.meta.url))], {
      env: { ...process.env, TEST_FOLDER: folder },
      stdio: ["ignore", "ignore", "inherit"],
    });
    onTestFinished(async () => {
      child.kill("SIGKILL");
      if (child.exitCode === null && child.signalCode === null) await once(child, "exit");
    });
  }

  test("read, add, write: updates are lost", async () => {
    const sold = await sell("naive");
    console.log(`read, add, write on SQLite: ${JOBS - sold} of ${JOBS} updates lost`);
    expect(sold).toBeLessThan(JOBS);
  });

  test("sold = sold + 1 loses none", async () => {
    expect(await sell("increment")).toBe(JOBS);
  });

  test("BEGIN IMMEDIATE loses none", async () => {
    expect(await sell("immediate")).toBe(JOBS);
  });
});
