import { setTimeout as pause, setImmediate as turn } from "node:timers/promises";
import { Logger, run } from "graphile-worker";
import pg from "pg";
import { countdown } from "../../support/countdown.js";

export async function prepare({ url, name, concurrency, worker }, jobs) {
  const pool = new pg.Pool({ connectionString: url });
  const ran = countdown(jobs);
  const left = `SELECT EXISTS (SELECT FROM ${name}._private_jobs) AS left`;
  await pool.query(left);
  let runner;
  return {
    async run() {
      runner = await run({
        connectionString: url,
        schema: name,
        concurrency,
        noHandleSignals: true,
        logger: new Logger(() => () => {}),
        preset: { worker },
        taskList: { noop: () => ran.done(), nap: () => pause(50).then(ran.done) },
      });
      await ran.promise;
      while ((await pool.query(left)).rows[0].left) await turn();
    },
    async close() {
      await runner.stop();
      await pool.end();
    },
  };
}
