import { lovage } from "lovage";
import { FakeClock } from "lovage/testing";
import { describe, expect, test } from "vitest";
import { createMemoryEngine } from "../../src/engines/memory/index.ts";
import { silentLogger } from "../../src/kernel/logger.ts";

function memoryApp() {
  const app = lovage({ url: "memory:", logger: silentLogger, worker: { grace: "5s" } });
  return { app, task: app.task({ name: "t", run: async (n: number) => n * 2 }) };
}

describe("close()", () => {
  test("is for good: whatever is asked afterwards is refused, and opens nothing", async () => {
    const { app, task } = memoryApp();
    const result = await task.delay(1);
    await app.close();
    const asked = [
      () => task.delay(2),
      () => task.delayMany([3, 4]),
      () => app.send("t", 5),
      () => result.state(),
      () => result.get(),
      () => result.watch().next(),
      () => result.revoke(),
      () => result.retry(),
      () => result.forget(),
      () => app.start(),
      () => app.worker().start(),
    ];
    for (const ask of asked) await expect(ask()).rejects.toMatchObject({ code: "ENGINE_CLOSED" });
  });

  test("may be called again, and before anything was used", async () => {
    const { app } = memoryApp();
    await Promise.all([app.close(), app.close()]);
    await app.close();
  });

  test("lets a handler that is under way finish, and push", async () => {
    const { app, task } = memoryApp();
    const gate = Promise.withResolvers<void>();
    const started = Promise.withResolvers<void>();
    const pushed: unknown[] = [];
    const slow = app.task({
      name: "slow",
      async run() {
        started.resolve();
        await gate.promise;
        pushed.push((await task.delay(1)).outcome);
      },
    });
    await slow.delay();
    await app.worker().start();
    await started.promise;
    const closed = app.close();
    gate.resolve();
    await closed;
    expect(pushed).toEqual(["created"]);
  });
});

test("close() ends a worker that was stopped and started again", async () => {
  const { app } = memoryApp();
  const worker = app.worker();
  await worker.start();
  await worker.stop();
  await worker.start();
  await app.close();
  expect(worker.live).toBe(false);
});

describe("stand-ins for the engine and the clock", () => {
  const parts = () => {
    const clock = new FakeClock();
    return { engine: createMemoryEngine({ clock }), clock, logger: silentLogger };
  };

  test("serve tasks that were made before and after, until they are taken out", async () => {
    const { app, task } = memoryApp();
    const own = await task.delay(1);
    const standIn = parts();
    const restore = app.substitute(standIn);
    const later = app.task({ name: "later", run: async () => {} });
    await Promise.all([task.delay(2), later.delay(), app.send("by name")]);
    expect(await standIn.engine.inspect.count({})).toBe(3);
    expect(app.clock).toBe(standIn.clock);
    await restore();
    expect(await own.state()).toBe("ready");
    expect(await app.engine.inspect.count({})).toBe(1);
    await expect(standIn.engine.inspect.count({})).rejects.toMatchObject({ code: "ENGINE_CLOSED" });
    await app.close();
  });

  test("one at a time; taking them out twice does no harm to the next", async () => {
    const { app, task } = memoryApp();
    const restore = app.substitute(parts());
    expect(() => app.substitute(parts())).toThrow(expect.objectContaining({ code: "STATE_CONFLICT" }));
    await restore();
    const next = app.substitute(parts());
    await restore();
    expect(await task.delay(1)).toMatchObject({ outcome: "created" });
    await next();
    await app.close();
  });

  test("go with the app when it is closed", async () => {
    const { app, task } = memoryApp();
    const standIn = parts();
    app.substitute(standIn);
    await task.delay(1);
    await app.close();
    await expect(standIn.engine.inspect.count({})).rejects.toMatchObject({ code: "ENGINE_CLOSED" });
    await expect(task.delay(2)).rejects.toMatchObject({ code: "ENGINE_CLOSED" });
  });
});

describe("send()", () => {
  test("uses what the app knows of the task, its schema and settings included", async () => {
    const app = lovage({ url: "memory:" });
    app.task({ name: "known", queue: "own", key: () => "one", run: async () => {} });
    const [first, again] = [await app.send("known"), await app.send("known")];
    expect(again).toMatchObject({ id: first.id, outcome: "existing" });
    expect(await first.snapshot()).toMatchObject({ queue: "own" });
    await app.close();
  });

  test("of a task that the app does not know uses the app's defaults", async () => {
    const app = lovage({ url: "memory:", task: { queue: "ours", priority: 2 } });
    const result = await app.send("unknown", { a: 1 });
    const [record] = await app.engine.inspect.get([result.id]);
    expect(record).toMatchObject({ task: "unknown", queue: "ours", priority: 2, input: '{"a":1}' });
    expect(app.tasks()).toEqual([]);
    await app.close();
  });
});

test.each([[undefined], [null], [7], ["mail.send"], [{ definition: null, place: "here" }]])(
  "app.task(%j) says what is missing",
  (given) => {
    const app = lovage({ url: "memory:" });
    expect(() => Reflect.apply(app.task, app, [given])).toThrow(expect.objectContaining({ code: "OPTIONS_INVALID" }));
  },
);

describe("where the jobs are", () => {
  test.each([
    ["mysql://localhost", "ENGINE_UNKNOWN", /No engine answers to "mysql:"/],
    ["redis://localhost/x", "OPTIONS_INVALID", /names no database/],
    ["jobs.db", "ENGINE_UNKNOWN", /has no scheme/],
    ["sqlite:", "OPTIONS_INVALID", /names no file/],
    ["sqlite::memory:", "OPTIONS_INVALID", /names no file/],
    ["sqlite:50%off.db", "OPTIONS_INVALID", /write "%25"/],
    ["sqlite:jobs.db?durability=none&mode=ro", "OPTIONS_INVALID", /mode is not a parameter.*durability is "none"/],
  ])("%s is refused at once", (url, code, message) => {
    expect(() => lovage({ url })).toThrow(expect.objectContaining({ code, message: expect.stringMatching(message) }));
  });

  test("a password in the URL is not shown", () => {
    expect(() => lovage({ url: "mysql://me:secret@host/db" })).toThrow(
      expect.objectContaining({ message: expect.not.stringContaining("secret") }),
    );
  });
});
