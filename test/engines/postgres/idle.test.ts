import { expect, onTestFinished, test, vi } from "vitest";
import { Pool } from "../../../src/engines/postgres/client/pool.ts";
import { rescue } from "../../../src/engines/postgres/liveness/rescue.ts";
import { readPostgresOptions } from "../../../src/engines/postgres/options.ts";
import { pushRequest } from "../../../src/testing/conformance/trial.ts";
import { TestWorker } from "../../../src/testing/conformance/worker.ts";
import { describeRequiring } from "../../support/requirement.ts";
import { findPostgres } from "../../support/servers/index.ts";
import { newSchema, startEngine } from "./setup.ts";

const postgres = await findPostgres();

describeRequiring(postgres)("idle workers on PostgreSQL", () => {
  const url = postgres.met ? postgres.url : "";

  test("a worker that looks for lost ones asks once, and takes a transaction only where there are any", async () => {
    const schema = newSchema();
    const engine = await startEngine(url, schema);
    const pool = new Pool(readPostgresOptions({ url, schema }));
    pool.open();
    onTestFinished(() => pool.close(1_000));
    const [idle, lost] = ["idle", "lost"].map((id) => new TestWorker(engine, { id, leaseMs: 200 }));
    await lost?.register();
    await idle?.register();
    await engine.jobs.push([pushRequest([{}])]);
    const job = await lost?.claimOne();
    const [asked, begun] = [vi.spyOn(pool, "run"), vi.spyOn(pool, "transaction")];
    const look = () => rescue({ worker: "idle", max: 10, retainMs: 1_000 }, pool, schema);
    expect(await look()).toEqual([]);
    expect([asked.mock.calls.length, begun.mock.calls.length]).toEqual([1, 0]);
    // The one goes on beating; the other one's lease lapses.
    await expect
      .poll(
        async () => {
          await idle?.beat();
          return (await look()).map(({ id, worker }) => ({ id, worker }));
        },
        { timeout: 5_000, interval: 50 },
      )
      .toEqual([{ id: job?.id, worker: "lost" }]);
    await idle?.beat();
    begun.mockClear();
    expect(await look()).toEqual([]);
    expect(begun.mock.calls).toEqual([]);
  });
});
