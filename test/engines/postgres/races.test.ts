import { type App, type Context, lovage } from "lovage";
import { type Client, Pool } from "pg";
import { afterAll, beforeAll, expect, onTestFinished, test } from "vitest";
import { newId } from "../../../src/kernel/id.ts";
import { describeRequiring } from "../../support/requirement.ts";
import { findPostgres } from "../../support/servers/index.ts";

// Workers that run at once, each over connections of its own, and jobs that all change the same row.
const WORKERS = 8;
const JOBS = 200;

const postgres = await findPostgres();
const url = postgres.met ? postgres.url : "";

describeRequiring(postgres)("8 workers change one row of PostgreSQL", () => {
  const schema = `races_${newId(Date.now()).slice(-12)}`;
  const table = `${schema}_seats`;
  let pool: Pool;

  beforeAll(async () => {
    pool = new Pool({ connectionString: url, max: WORKERS });
    await pool.query(`CREATE TABLE ${table} (id integer PRIMARY KEY, sold integer NOT NULL)`);
  });
  afterAll(async () => {
    await pool.query(`DROP TABLE ${table}`);
    await pool.query(`DROP SCHEMA IF EXISTS ${schema} CASCADE`);
    await pool.end();
  });

  /** Runs the jobs, and answers with the sum of what they sold. */
  async function sell(run: (client: Client, ctx: Context) => Promise<void>): Promise<number> {
    await pool.query(`TRUNCATE ${table}`);
    await pool.query(`INSERT INTO ${table} SELECT generate_series(1, ${WORKERS}), 0`);
    const separator = url.includes("?") ? "&" : "?";
    await runJobs(`${url}${separator}schema=${schema}`, async (ctx) => {
      const client = await pool.connect();
      try {
        await run(client, ctx);
      } finally {
        client.release();
      }
    });
    const { rows } = await pool.query(`SELECT sum(sold)::integer AS sold FROM ${table}`);
    return rows[0].sold;
  }

  async function within(client: Client, body: () => Promise<void>): Promise<void> {
    await client.query("BEGIN");
    try {
      await body();
      await client.query("COMMIT");
    } catch (error) {
      await client.query("ROLLBACK");
      throw error;
    }
  }

  async function addTo(client: Client, id: number, sold: number): Promise<void> {
    await client.query(`UPDATE ${table} SET sold = $2 WHERE id = $1`, [id, sold + 1]);
  }

  test("read, add, write: updates are lost", async () => {
    const sold = await sell(async (client) => {
      const { rows } = await client.query(`SELECT sold FROM ${table} WHERE id = 1`);
      await addTo(client, 1, rows[0].sold);
    });
    console.log(`read, add, write on PostgreSQL: ${JOBS - sold} of ${JOBS} updates lost`);
    expect(sold).toBeLessThan(JOBS);
  });

  test("sold = sold + 1 loses none", async () => {
    const sold = await sell(async (client) => {
      await client.query(`UPDATE ${table} SET sold = sold + 1 WHERE id = 1`);
    });
    expect(sold).toBe(JOBS);
  });

  test("SELECT … FOR UPDATE loses none", async () => {
    const sold = await sell((client) =>
      within(client, async () => {
        const { rows } = await client.query(`SELECT sold FROM ${table} WHERE id = 1 FOR UPDATE`);
        await addTo(client, 1, rows[0].sold);
      }),
    );
    expect(sold).toBe(JOBS);
  });

  test("FOR UPDATE NOWAIT loses none: who finds the row taken comes back by ctx.snooze", async () => {
    let snoozed = 0;
    const sold = await sell(async (client, ctx) => {
      try {
        await within(client, async () => {
          const { rows } = await client.query(`SELECT sold FROM ${table} WHERE id = 1 FOR UPDATE NOWAIT`);
          await addTo(client, 1, rows[0].sold);
        });
      } catch (error) {
        if (!(error instanceof Error && "code" in error && error.code === "55P03")) throw error;
        snoozed += 1;
        ctx.snooze(1);
      }
    });
    expect(sold).toBe(JOBS);
    expect(snoozed).toBeGreaterThan(0);
  });

  test("FOR UPDATE SKIP LOCKED loses none: each takes a row that nobody has", async () => {
    const sold = await sell((client) =>
      within(client, async () => {
        const { rows } = await client.query(`SELECT id, sold FROM ${table} ORDER BY id LIMIT 1 FOR UPDATE SKIP LOCKED`);
        await addTo(client, rows[0].id, rows[0].sold);
      }),
    );
    expect(sold).toBe(JOBS);
    const { rows } = await pool.query(`SELECT count(*)::integer AS used FROM ${table} WHERE sold > 0`);
    expect(rows[0].used).toBeGreaterThan(1);
  });

  test("the increment within ctx.transaction loses none", async () => {
    const sold = await sell(async (_client, ctx) => {
      await ctx.transaction((tx) => tx.query(`UPDATE ${table} SET sold = sold + 1 WHERE id = 1`).then(() => "sold"));
    });
    expect(sold).toBe(JOBS);
  });
});

async function runJobs(url: string, run: (ctx: Context) => Promise<void>): Promise<void> {
  const app: App = lovage({ url, logger: { log() {} } });
  onTestFinished(() => app.close());
  const task = app.task({ name: "sell", retry: { max: 0 }, run: (_number: number, ctx) => run(ctx) });
  await task.delayMany(Array.from({ length: JOBS }, (_, number) => number));
  const workers = Array.from({ length: WORKERS }, () => app.worker({ concurrency: 1 }));
  const reports = await Promise.all(workers.map((worker) => worker.drain({ timeout: "20s" })));
  const done = reports.reduce((sum, { outcomes }) => sum + outcomes.succeeded, 0);
  expect(done).toBe(JOBS);
}
