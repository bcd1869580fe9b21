import { setTimeout as pause } from "node:timers/promises";
import pg from "pg";
import { PgBoss } from "pg-boss";
import { countdown } from "../../support/countdown.js";

export async function prepare({ url, name, work }, jobs) {
  const pool = new pg.Pool({ connectionString: url });
  const ran = countdown(jobs);
  const boss = new PgBoss({ connectionString: url, schema: name });
  await boss.start();
  const finished = `SELECT count(*)::int AS count FROM ${name}.job WHERE state = 'completed'`;
  await pool.query(finished);
  return {
    async run() {
      await boss.work("noop", work, async (batch) => batch.forEach(ran.done));
      await ran.promise;
      while ((await pool.query(finished)).rows[0].count < jobs) await pause(5);
    },
    async close() {
      await boss.stop();
      await pool.end();
    },
  };
}
