import { setTimeout as delay } from "node:timers/promises";
import { Client } from "pg";
import { expect, onTestFinished } from "vitest";
import type { Engine } from "../../../src/engine/index.ts";
import { createPostgresEngine } from "../../../src/engines/postgres/index.ts";
import { newId } from "../../../src/kernel/id.ts";
import { pushRequest } from "../../../src/testing/conformance/trial.ts";
import { settlementOf, succeeded, TASK, TestWorker } from "../../../src/testing/conformance/worker.ts";
import { mounting } from "../../support/disk.ts";
import { testRequiring } from "../../support/requirement.ts";
import { type PostgresServer, postgresProgram, startPostgres, startProxy } from "../../support/servers/index.ts";

const testPostgres = testRequiring(postgresProgram);

testPostgres(
  "every connection is ended again and again: nothing acknowledged is lost, and each job is done once",
  async () => {
    const { server, engine } = await start();
    const labour = new Labour(engine);
    for (let round = 0; round < 5; round += 1) {
      await delay(400);
      await server.ask(
        "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity WHERE application_name = 'lovage'",
      );
    }
    await labour.finish();
  },
);

testPostgres("a server that is killed under load and comes back: work goes on within 5 s", async () => {
  const { server, engine } = await start();
  const labour = new Labour(engine);
  await expect.poll(() => labour.done).toBeGreaterThan(50);
  await server.kill();
  await delay(500);
  await server.start();
  const before = labour.done;
  await expect.poll(() => labour.done, { timeout: 5_000 }).toBeGreaterThan(before);
  await labour.finish();
});

testPostgres("who waited for jobs, and who listens, hears again after a restart of the server", async () => {
  const { server, engine } = await start();
  const heard: unknown[] = [];
  await engine.bus.subscribe("news", (message) => heard.push(message));
  const arrival = { queues: undefined, tasks: [TASK] };
  const { signal } = new AbortController();
  const first = engine.jobs.arrival(arrival, signal);
  await engine.inspect.get([]);
  await server.restart();
  // What may have been missed is looked for: the wait ends, and begins anew.
  await first;
  let woken = false;
  void engine.jobs.arrival(arrival, signal).then(() => {
    woken = true;
  });
  await engine.inspect.get([]);
  await engine.jobs.push([pushRequest([{}])]);
  await expect.poll(() => woken).toBe(true);
  await expect
    .poll(async () => {
      await engine.bus.publish("news", "after");
      return heard.length;
    })
    .toBeGreaterThan(0);
});

testPostgres(
  "a server that hangs: a push ends at its deadline, and is not stored when the server goes on",
  async () => {
    const { server, engine } = await start();
    await engine.jobs.push([pushRequest([{}])]);
    server.freeze();
    const id = newId();
    const startedAt = performance.now();
    await expect(engine.jobs.push([pushRequest([{ id }], { deadlineAt: Date.now() + 500 })])).rejects.toMatchObject({
      code: "ENGINE_TIMEOUT",
    });
    expect(performance.now() - startedAt).toBeLessThan(5_000);
    await delay(200);
    server.thaw();
    await engine.jobs.push([pushRequest([{}])]);
    expect(await engine.inspect.get([id])).toEqual([undefined]);
  },
);

testPostgres("an answer that is lost after the commit: the push can be repeated", async () => {
  const server = await startServer();
  const proxy = await startProxy(server.url);
  onTestFinished(() => proxy.close());
  const engine = await startEngine(proxy.url);
  await engine.jobs.push([pushRequest([{}])]);
  const request = pushRequest([{}]);
  const lost = proxy.cutReply({ request: ".push(" });
  await expect(engine.jobs.push([request])).rejects.toMatchObject({ code: "ENGINE_UNAVAILABLE" });
  await lost;
  const [reply] = await engine.jobs.push([request]);
  expect(reply).toEqual({ status: "stored", jobs: [{ id: request.jobs[0]?.id, outcome: "existing" }] });
});

testPostgres("a network that swallows everything: no hang, and work goes on when it is mended", async () => {
  const server = await startServer();
  const proxy = await startProxy(server.url);
  onTestFinished(() => proxy.close());
  const engine = await startEngine(proxy.url);
  proxy.blackhole();
  const push = engine.jobs.push([pushRequest([{}], { deadlineAt: Date.now() + 300 })]);
  await expect(push).rejects.toMatchObject({ code: "ENGINE_TIMEOUT" });
  await proxy.pass();
  await expect.poll(() => isStored(engine)).toBe(true);
});

testPostgres("a network that swallows everything: the engine stops all the same", async () => {
  const server = await startServer();
  const proxy = await startProxy(server.url);
  onTestFinished(() => proxy.close());
  const engine = await startEngine(proxy.url);
  await engine.jobs.push([pushRequest([{}])]);
  proxy.blackhole();
  const startedAt = performance.now();
  await engine.stop();
  expect(performance.now() - startedAt).toBeLessThan(5_000);
});

testPostgres("a statement timeout of the server is a timeout", async () => {
  const { server, engine } = await start({ statement_timeout: "300ms" });
  await engine.jobs.push([pushRequest([{}])]);
  const client = await connect(server.url);
  await client.query("BEGIN; LOCK TABLE lovage.job IN ACCESS EXCLUSIVE MODE");
  expect(await refusalOf(engine)).toBe("ENGINE_TIMEOUT");
  await client.query("ROLLBACK");
  expect(await isStored(engine)).toBe(true);
});

testPostgres("rights that are taken away, and given back", async () => {
  const server = await startServer();
  const client = await connect(server.url);
  await client.query("CREATE ROLE app LOGIN; GRANT CREATE ON DATABASE postgres TO app");
  const engine = await startEngine(server.url.replace("postgres@", "app@"));
  await client.query("ALTER TABLE lovage.job OWNER TO postgres; REVOKE ALL ON TABLE lovage.job FROM app");
  expect(await refusalOf(engine)).toBe("STORAGE_INVALID");
  await client.query("GRANT ALL ON TABLE lovage.job TO app");
  expect(await isStored(engine)).toBe(true);
});

testPostgres("a read-only server is told as one", async () => {
  const { server, engine } = await start();
  const client = await connect(server.url);
  await client.query("ALTER SYSTEM SET default_transaction_read_only = on");
  await client.query("SELECT pg_reload_conf()");
  await expect.poll(() => refusalOf(engine)).toBe("STORAGE_INVALID");
  await client.query("ALTER SYSTEM RESET default_transaction_read_only");
  await client.query("SELECT pg_reload_conf()");
  await expect.poll(() => isStored(engine)).toBe(true);
});

testPostgres("a schema that is dropped under the engine is told as missing", async () => {
  const { server, engine } = await start();
  await server.ask("DROP SCHEMA lovage CASCADE");
  expect(await refusalOf(engine)).toBe("STORAGE_INVALID");
});

testPostgres("nobody there: the start says so, and so does the next one", async () => {
  const engine = createPostgresEngine({ url: "postgres://postgres@127.0.0.1:1/postgres" });
  const message = expect.not.stringContaining("may have been stored");
  await expect(engine.start()).rejects.toMatchObject({ code: "ENGINE_UNAVAILABLE", message });
  await expect(engine.start()).rejects.toMatchObject({ code: "ENGINE_UNAVAILABLE", message });
  await engine.stop();
});

testPostgres("a user or a database that does not exist: the start says what to mend", async () => {
  const server = await startServer();
  const refusal = (url: string): Promise<void> => createPostgresEngine({ url }).start();
  await expect(refusal(server.url.replace("postgres@", "nobody@"))).rejects.toMatchObject({
    code: "ENGINE_UNAVAILABLE",
    message: expect.stringContaining("Check user and password"),
  });
  const elsewhere = new URL(server.url);
  elsewhere.pathname = "/nowhere";
  await expect(refusal(elsewhere.href)).rejects.toMatchObject({
    code: "STORAGE_INVALID",
    message: expect.stringContaining("does not exist"),
  });
});

testRequiring(postgresProgram, mounting)("a full disk is told as one, and nothing of the push is kept", async () => {
  const server = await startPostgres({ disk: { bytes: 120_000_000, holdsLog: false } });
  onTestFinished(() => server.close());
  const engine = await startEngine(server.url);
  await engine.jobs.push([pushRequest([{}])]);
  server.fillDisk();
  // Random bytes: they do not shrink when they are stored.
  const { randomBytes } = await import("node:crypto");
  const big = (): ReturnType<typeof pushRequest> =>
    pushRequest(Array.from({ length: 20 }, () => ({ input: new Uint8Array(randomBytes(100_000)) })));
  await expect(engine.jobs.push([big()])).rejects.toMatchObject({ code: "STORAGE_FULL" });
  server.freeDisk();
  expect(await engine.inspect.count({})).toBe(1);
  expect((await engine.jobs.push([big()]))[0]?.status).toBe("stored");
});

async function startServer(settings: Readonly<Record<string, string>> = {}): Promise<PostgresServer> {
  const server = await startPostgres({ settings });
  onTestFinished(() => server.close());
  return server;
}

async function connect(url: string): Promise<Client> {
  const client = new Client({ connectionString: url });
  // The server is stopped under it at the end.
  client.on("error", () => {});
  await client.connect();
  onTestFinished(() => client.end());
  return client;
}

async function startEngine(url: string): Promise<Engine> {
  const engine = createPostgresEngine({ url });
  onTestFinished(() => engine.stop());
  await engine.start();
  return engine;
}

async function start(settings?: Readonly<Record<string, string>>): Promise<{ server: PostgresServer; engine: Engine }> {
  const server = await startServer(settings);
  return { server, engine: await startEngine(server.url) };
}

async function refusalOf(engine: Engine): Promise<unknown> {
  return engine.jobs.push([pushRequest([{}])]).then(
    ([reply]) => reply?.status,
    (error) => error.code,
  );
}

async function isStored(engine: Engine): Promise<boolean> {
  return (await refusalOf(engine)) === "stored";
}

/** Somebody who pushes and a worker, who both go on whatever happens to the server. */
class Labour {
  readonly #engine: Engine;
  readonly #acknowledged: string[] = [];
  readonly #codes = new Set<string>();
  readonly #ended: Promise<unknown>;
  #isPushing = true;
  /** Whether the last push has been answered: until then one may still be on its way. */
  #hasPushed = false;
  #done = 0;

  constructor(engine: Engine) {
    this.#engine = engine;
    this.#ended = Promise.all([this.#push(), this.#work()]);
  }

  get done(): number {
    return this.#done;
  }

  /** Stops to push, waits until all is done, and looks whether it was. */
  async finish(): Promise<void> {
    this.#isPushing = false;
    await this.#ended;
    expect(this.#acknowledged.length).toBeGreaterThan(50);
    const records = await this.#engine.inspect.get(this.#acknowledged);
    const states = new Set(records.map((record) => record?.state));
    expect([...states]).toEqual(["succeeded"]);
    expect(records.filter((record) => record?.crashes !== 0)).toEqual([]);
    const known = ["ENGINE_UNAVAILABLE", "ENGINE_TIMEOUT"];
    expect([...this.#codes].filter((code) => !known.includes(code))).toEqual([]);
  }

  async #push(): Promise<void> {
    while (this.#isPushing) {
      const request = pushRequest([{}, {}]);
      const reply = await this.#try(() => this.#engine.jobs.push([request]));
      if (reply?.[0]?.status === "stored") this.#acknowledged.push(...request.jobs.map(({ id }) => id));
      await delay(2);
    }
    this.#hasPushed = true;
  }

  async #work(): Promise<void> {
    const worker = new TestWorker(this.#engine, { id: "labourer", leaseMs: 60_000 });
    await worker.register();
    let held: Awaited<ReturnType<TestWorker["claim"]>> = [];
    for (;;) {
      const settlements = held.map((job) => settlementOf(job, succeeded("1")));
      const reply = await this.#try(() => worker.exchange(settlements, { max: 10 }));
      if (reply !== undefined) {
        this.#done += reply.settled.filter(({ status }) => status === "applied").length;
        held = reply.claimed;
      }
      const beat = await this.#try(() => worker.beat(held));
      if (reply === undefined || beat === undefined) await delay(20);
      else if (held.length === 0 && this.#hasPushed && (await this.#isEmpty())) return;
    }
  }

  async #isEmpty(): Promise<boolean> {
    const count = await this.#try(() => this.#engine.inspect.count({ states: ["ready", "active", "scheduled"] }));
    return count === 0;
  }

  async #try<Value>(attempt: () => Promise<Value>): Promise<Value | undefined> {
    try {
      return await attempt();
    } catch (error) {
      this.#codes.add(error instanceof Error && "code" in error ? String(error.code) : String(error));
      return undefined;
    }
  }
}
