import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { readFileSync } from "node:fs";
import { setTimeout as delay } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { type App, type Context, type LogFields, lovage, type TransactionClient } from "lovage";
import { Client, type PoolClient } from "pg";
import { afterAll, afterEach, beforeAll, beforeEach, expect, onTestFinished, test } from "vitest";
import { newId } from "../../../src/kernel/id.ts";
import { describeRequiring } from "../../support/requirement.ts";
import { findPostgres, startProxy } from "../../support/servers/index.ts";
import { steps } from "./completion-steps.ts";

const postgres = await findPostgres();
const url = postgres.met ? postgres.url : "";
const schema = `completion_${newId(Date.now()).slice(-12)}`;
const counters = `${schema}_counters`;
const storeUrl = `${url}${url.includes("?") ? "&" : "?"}schema=${schema}`;

describeRequiring(postgres)("a job that ends with its handler's writes", () => {
  const observer = new Client({ connectionString: url });
  const lines: { level: string; message: string; fields: LogFields }[] = [];
  let app: App;

  beforeAll(async () => {
    await observer.connect();
    await observer.query(`CREATE TABLE ${counters} (name text PRIMARY KEY, value integer NOT NULL)`);
  });
  afterAll(async () => {
    await observer.query(`DROP TABLE ${counters}`);
    await observer.query(`DROP SCHEMA IF EXISTS ${schema} CASCADE`);
    await observer.end();
  });
  beforeEach(() => {
    lines.length = 0;
    app = appAt(storeUrl);
  });
  afterEach(() => app.close());

  function appAt(at: string): App {
    return lovage({
      url: at,
      logger: { log: (level, message, fields = {}) => lines.push({ level, message, fields }) },
    });
  }

  async function makeCounter(name: string): Promise<string> {
    await observer.query(`INSERT INTO ${counters} VALUES ($1, 0)`, [name]);
    return name;
  }

  async function countIn(name: string): Promise<number> {
    const { rows } = await observer.query(`SELECT value FROM ${counters} WHERE name = $1`, [name]);
    return rows[0].value;
  }

  const count = (tx: TransactionClient, name: string): Promise<unknown> =>
    tx.query(`UPDATE ${counters} SET value = value + 1 WHERE name = $1`, [name]);

  /** Runs one job by this handler, on a queue of its own, and gives what became of it. */
  async function run(handler: (name: string, ctx: Context) => unknown, options: { readonly max?: number } = {}) {
    const name = await makeCounter(newId(Date.now()));
    const task = app.task({
      name,
      queue: name,
      retry: { max: options.max ?? 0, backoff: 0 },
      run: (_input, ctx) => handler(name, ctx),
    });
    const result = await task.delay();
    const worker = app.worker({ queues: [name], lease: "2s" });
    await worker.drain({ timeout: "20s" });
    return { name, worker, snapshot: await result.snapshot() };
  }

  test("what the body returns is the result, and its writes are there", async () => {
    const { name, worker, snapshot } = await run(async (counter, ctx) => {
      await ctx.transaction(async (tx) => {
        await count(tx, counter);
        return { charged: 5 };
      });
      return "not this";
    });
    expect(snapshot).toMatchObject({ state: "succeeded", result: { charged: 5 } });
    expect(await countIn(name)).toBe(1);
    expect(worker.status().outcomes.succeeded).toBe(1);
  });

  test("the handler is given a client of pg, whose release() does nothing", async () => {
    const { snapshot, name } = await run((counter, ctx) =>
      ctx.transaction(async (tx: PoolClient) => {
        tx.release();
        await tx.query({ text: `UPDATE ${counters} SET value = value + 1 WHERE name = $1`, values: [counter] });
        return tx instanceof Client;
      }),
    );
    expect(snapshot).toMatchObject({ state: "succeeded", result: true });
    expect(await countIn(name)).toBe(1);
  });

  test("what the body throws rolls back, and is tried again", async () => {
    const { name, snapshot } = await run(
      (counter, ctx) =>
        ctx.transaction(async (tx) => {
          await count(tx, counter);
          if (ctx.attempt === 1) throw new TypeError("not today");
          return ctx.attempt;
        }),
      { max: 1 },
    );
    expect(snapshot).toMatchObject({ state: "succeeded", result: 2 });
    expect(await countIn(name)).toBe(1);
  });

  test("what is thrown after the commit is logged, and nothing runs again", async () => {
    let runs = 0;
    const { name, snapshot } = await run(
      async (counter, ctx) => {
        runs += 1;
        await ctx.transaction((tx) => count(tx, counter).then(() => "done"));
        throw new Error("too late to matter");
      },
      { max: 3 },
    );
    expect(snapshot).toMatchObject({ state: "succeeded", result: "done" });
    expect([await countIn(name), runs]).toEqual([1, 1]);
    const logged = lines.find(({ message }) => message.includes("after its transaction was committed"));
    expect(logged?.fields.error).toBe("Error: too late to matter");
  });

  test("a second use in one attempt is refused, after a commit and after a rollback", async () => {
    const codes: unknown[] = [];
    const again = async (ctx: Context): Promise<void> => {
      await ctx.transaction(() => "never").catch((error) => codes.push(error.code));
    };
    const after = await run(async (counter, ctx) => {
      await ctx.transaction((tx) => count(tx, counter).then(() => "first"));
      await again(ctx);
    });
    expect(after.snapshot).toMatchObject({ state: "succeeded", result: "first" });
    await run(async (_counter, ctx) => {
      await ctx.transaction(() => Promise.reject(new Error("no"))).catch(() => {});
      await again(ctx);
    });
    expect(codes).toEqual(["TRANSACTION_REPEATED", "TRANSACTION_REPEATED"]);
  });

  test("a transaction that the handler did not wait for is waited for", async () => {
    const { name, snapshot } = await run((counter, ctx) => {
      void ctx.transaction((tx) => count(tx, counter).then(() => "unawaited"));
      return "not this";
    });
    expect(snapshot).toMatchObject({ state: "succeeded", result: "unawaited" });
    expect(await countIn(name)).toBe(1);
  });

  test("a decision within the body rolls back, also when the body goes on", async () => {
    const { name, snapshot } = await run(async (counter, ctx) => {
      await ctx.transaction(async (tx) => {
        await count(tx, counter);
        try {
          ctx.discard("not wanted any more");
        } catch {
          // The body goes on, as if it had not decided.
        }
        return "went on";
      });
    });
    expect(snapshot).toMatchObject({ state: "revoked" });
    expect(await countIn(name)).toBe(0);
  });

  test("a body that ends the transaction itself fails the job, as does one that goes on after a failed statement", async () => {
    const committed = await run((counter, ctx) =>
      ctx.transaction(async (tx) => {
        await count(tx, counter);
        await tx.query("COMMIT");
      }),
    );
    expect(committed.snapshot).toMatchObject({
      state: "failed",
      error: { cause: { code: "TRANSACTION_UNSUPPORTED" } },
    });
    const failed = await run((counter, ctx) =>
      ctx.transaction(async (tx) => {
        await count(tx, counter);
        await tx.query("SELECT 1 / 0").catch(() => {});
      }),
    );
    expect(failed.snapshot.state).toBe("failed");
    expect(await countIn(failed.name)).toBe(0);
  });

  test("a result that cannot be kept rolls back, and fails without a retry", async () => {
    let runs = 0;
    const { name, snapshot } = await run(
      (counter, ctx) =>
        ctx.transaction(async (tx) => {
          runs += 1;
          await count(tx, counter);
          return new Map();
        }),
      { max: 3 },
    );
    expect(snapshot).toMatchObject({ state: "failed", error: { cause: { code: "NOT_JSON" } } });
    expect([await countIn(name), runs]).toEqual([0, 1]);
  });

  test("what the server refuses at the commit reaches the handler as the server said it", async () => {
    const table = `${counters}_deferred`;
    await observer.query(
      `CREATE TABLE ${table} (name text REFERENCES ${counters} (name) DEFERRABLE INITIALLY DEFERRED)`,
    );
    onTestFinished(() => observer.query(`DROP TABLE ${table}`).then(() => {}));
    const codes: unknown[] = [];
    const { snapshot } = await run(async (_counter, ctx) => {
      await ctx
        .transaction((tx) => tx.query(`INSERT INTO ${table} VALUES ('nobody')`).then(() => "kept"))
        .catch((error) => codes.push(error.code));
      return "went on";
    });
    expect(codes).toEqual(["23503"]);
    expect(snapshot).toMatchObject({ state: "succeeded", result: "went on" });
  });

  test("jobs pushed within it are there with its commit, and not without", async () => {
    const follow = app.task({ name: "follow", queue: "follow", run: () => "followed" });
    const pushed: string[] = [];
    const { snapshot } = await run(
      (_counter, ctx) =>
        ctx.transaction(async (tx) => {
          pushed.push((await follow.delay(undefined, { tx })).id);
          if (ctx.attempt === 1) throw new Error("rolled back");
          return pushed.length;
        }),
      { max: 1 },
    );
    expect(snapshot.state).toBe("succeeded");
    const found = await app.engine.inspect.get(pushed);
    expect(found.map((record) => record?.state)).toEqual([undefined, "ready"]);
  });

  test("progress and a wish to end the job go past an open transaction, and success beats the wish", async () => {
    const reached = Promise.withResolvers<string>();
    const goOn = Promise.withResolvers<void>();
    const running = run((counter, ctx) =>
      ctx.transaction(async (tx) => {
        await count(tx, counter);
        ctx.progress("half");
        reached.resolve(ctx.id);
        await goOn.promise;
        return "done all the same";
      }),
    );
    const result = app.result(await reached.promise);
    await expect.poll(() => result.progress()).toBe("half");
    await result.revoke({ reason: "changed my mind" });
    goOn.resolve();
    const { name, snapshot } = await running;
    expect(snapshot).toMatchObject({ state: "succeeded", result: "done all the same" });
    expect(await countIn(name)).toBe(1);
  });

  test("a job taken from its worker meanwhile: the fence is checked first, and nothing is written", async () => {
    let called = false;
    const name = await makeCounter(newId(Date.now()));
    const lost = Promise.withResolvers<unknown>();
    const task = app.task({
      name,
      queue: name,
      async run(_input, ctx) {
        if (ctx.fence > 1) return "by the next one";
        // What a rescue does, without waiting for a lease to lapse.
        await observer.query(`UPDATE ${schema}.job SET fence = fence + 1 WHERE id = $1`, [ctx.id]);
        await ctx
          .transaction((tx) => {
            called = true;
            return count(tx, name);
          })
          .catch((error) => lost.resolve(error.code));
        return "never kept";
      },
    });
    await task.delay();
    const worker = app.worker({ queues: [name], lease: "2s" });
    await worker.start();
    expect(await lost.promise).toBe("LEASE_LOST");
    await worker.abort();
    expect([called, await countIn(name)]).toEqual([false, 0]);
  });

  test("a statement that runs at the hard time limit is ended on the server, and its locks with it", async () => {
    const name = await makeCounter(newId(Date.now()));
    const task = app.task({
      name,
      queue: name,
      retry: { max: 0 },
      timeLimit: { hard: "500ms" },
      run: (_input, ctx) =>
        ctx.transaction(async (tx) => {
          await count(tx, name);
          await tx.query("SELECT pg_sleep(60)");
        }),
    });
    const result = await task.delay();
    const worker = app.worker({ queues: [name] });
    await worker.start();
    await expect(result.get({ timeout: "10s" })).rejects.toMatchObject({ cause: { code: "TIME_LIMIT" } });
    await worker.abort();
    expect(await countIn(name)).toBe(0);
  });

  test("more handlers than connections wait for their turn", async () => {
    const name = await makeCounter(newId(Date.now()));
    const task = app.task({
      name,
      queue: name,
      run: (_input, ctx) =>
        ctx.transaction(async (tx) => {
          await tx.query("SELECT pg_sleep(0.01)");
          await count(tx, name);
        }),
    });
    await task.delayMany(Array.from({ length: 60 }, () => undefined));
    const report = await app.worker({ queues: [name], concurrency: 30 }).drain({ timeout: "20s" });
    expect(report).toMatchObject({ outcomes: { succeeded: 60 } });
    expect(await countIn(name)).toBe(60);
  });

  test("the reply to the commit is lost: the handler hears that it was committed", async () => {
    const proxy = await startProxy(url);
    onTestFinished(() => proxy.close());
    const own = app;
    app = appAt(`${proxy.url}${proxy.url.includes("?") ? "&" : "?"}schema=${schema}`);
    onTestFinished(() => own.close());
    const { name, snapshot } = await run((counter, ctx) =>
      ctx.transaction(async (tx) => {
        await count(tx, counter);
        proxy.cutReply({ request: "COMMIT" });
        return "once";
      }),
    );
    expect(snapshot).toMatchObject({ state: "succeeded", result: "once" });
    expect(await countIn(name)).toBe(1);
  });

  test.each(steps)("a process killed %s: the effect is there exactly once", async (step) => {
    await makeCounter(step);
    const result = await app.send("count", { step });
    const killed = startWorker();
    const [, signal] = await once(killed, "close");
    expect(signal).toBe("SIGKILL");
    const next = startWorker();
    await expect.poll(() => result.state(), { timeout: 20_000 }).toBe("succeeded");
    expect(await countIn(step)).toBe(1);
    // Whoever would run it again has had a lease's time for it.
    await delay(1_200);
    expect(await countIn(step)).toBe(1);
    next.kill("SIGKILL");
    await once(next, "close");
  });

  test.each(["SIGCONT", "SIGKILL"] as const)("a process frozen in its transaction, then %s", async (signal) => {
    const name = await makeCounter(newId(Date.now()));
    const result = await app.send("freeze", { name });
    const frozen = startWorker();
    await expect.poll(() => stateOf(frozen), { timeout: 10_000 }).toBe("T");
    const next = startWorker();
    // Another one takes the lost worker's lease, and is not held up by the lock on its job.
    const workers = () => app.engine.inspect.workers();
    await expect.poll(async () => (await workers()).map(({ pid }) => pid), { timeout: 10_000 }).toEqual([next.pid]);
    expect(await result.state()).toBe("active");
    frozen.kill(signal);
    await expect.poll(() => result.state(), { timeout: 10_000 }).toBe("succeeded");
    expect(await result.get()).toEqual({ run: signal === "SIGCONT" ? 1 : 2 });
    expect(await countIn(name)).toBe(1);
    for (const child of [frozen, next]) {
      child.kill("SIGKILL");
      if (child.signalCode === null) await once(child, "close");
    }
  });

  /** `T` is stopped: https://man7.org/linux/man-pages/man5/proc_pid_stat.5.html */
  function stateOf({ pid }: ChildProcess): string | undefined {
    return readFileSync(`/proc/${pid}/stat`, "utf8").split(") ")[1]?.[0];
  }

  function startWorker(): ChildProcess {
    const child = spawn(process.execPath, [fileURLToPath(new URL("completion-worker.ts", import.meta.url))], {
      env: { ...process.env, TEST_URL: storeUrl, TEST_COUNTERS: counters },
      stdio: ["ignore", "ignore", "inherit"],
    });
    onTestFinished(() => void child.kill("SIGKILL"));
    return child;
  }
});

test("an engine without transactions of its own refuses at the call, and nothing is tried again", async () => {
  const app = lovage({ url: "memory:", logger: { log() {} } });
  onTestFinished(() => app.close());
  let runs = 0;
  const task = app.task({
    name: "charge",
    run: (_input, ctx) => {
      runs += 1;
      return ctx.transaction(() => "never");
    },
  });
  const result = await task.delay();
  await app.worker().drain();
  await expect(result.get()).rejects.toMatchObject({ cause: { code: "CAPABILITY_MISSING" } });
  expect(runs).toBe(1);
});
