import { afterAll, beforeAll, expect, onTestFinished, test } from "vitest";
import { createPostgresEngine } from "../../../src/engines/postgres/index.ts";
import { pushRequest } from "../../../src/testing/conformance/trial.ts";
import { settlementOf, succeeded, TestWorker } from "../../../src/testing/conformance/worker.ts";
import { describeRequiring } from "../../support/requirement.ts";
import { type PostgresServer, postgresProgram, startPostgres } from "../../support/servers/index.ts";
import { connect } from "./setup.ts";

describeRequiring(postgresProgram)("PostgreSQL", () => {
  let server: PostgresServer;

  beforeAll(async () => {
    server = await startPostgres();
  });
  afterAll(() => server.close());

  test("a wrong password, none, or a role without rights: the start says what to mend", async () => {
    await server.ask("CREATE ROLE app LOGIN PASSWORD 'secret'");
    const rules = (await server.ask("SHOW hba_file")).trim();
    const lines = "'host all postgres 127.0.0.1/32 trust'), ('host all app 127.0.0.1/32 scram-sha-256'";
    await server.ask(`COPY (VALUES (${lines})) TO '${rules}'`);
    await server.ask("SELECT pg_reload_conf()");
    const refusal = (user: string): Promise<{ code: string; message: string }> =>
      createPostgresEngine({ url: server.url.replace("postgres@", `${user}@`) })
        .start()
        .then(
          () => ({ code: "none", message: "It was not refused." }),
          (error) => error,
        );
    const access = { code: "ENGINE_UNAVAILABLE", message: expect.stringContaining("Check user and password") };
    await expect.poll(() => refusal("app")).toMatchObject(access);
    expect(await refusal("app:wrong")).toMatchObject(access);
    expect(await refusal("app:secret")).toMatchObject({
      code: "STORAGE_INVALID",
      message: expect.stringMatching(/permission denied.*Grant it what docs/),
    });
  });

  test("a long transaction elsewhere keeps nobody from his work", async () => {
    const engine = createPostgresEngine({ url: server.url });
    onTestFinished(() => engine.stop());
    await engine.start();
    const elsewhere = await connect(server.url);
    await elsewhere.query("BEGIN ISOLATION LEVEL REPEATABLE READ");
    await elsewhere.query("SELECT count(*) FROM lovage.job, lovage.finished, lovage.lane_state");
    const worker = new TestWorker(engine, { id: "worker", leaseMs: 60_000 });
    await worker.register();
    for (let round = 0; round < 30; round += 1) {
      await engine.jobs.push([pushRequest(Array.from({ length: 20 }, () => ({})))]);
      const jobs = await worker.claim(20);
      expect(jobs).toHaveLength(20);
      await worker.exchange(jobs.map((job) => settlementOf(job, succeeded("1"))));
      await engine.upkeep.promote({ max: 10 });
      await engine.upkeep.prune({ max: 100, maxFinished: 50 });
    }
    expect(await engine.inspect.count({ states: ["succeeded"] })).toBe(50);
    // It is still of the time before the first push.
    const { rows } = await elsewhere.query("SELECT count(*)::integer AS seen FROM lovage.finished");
    expect(rows).toEqual([{ seen: 0 }]);
  });
});
