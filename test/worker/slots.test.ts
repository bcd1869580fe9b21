import { currentJob, lovage, silentLogger } from "lovage";
import { afterEach, expect, test } from "vitest";
import { Seat } from "../../src/worker/run/seat.ts";
import { Slots } from "../../src/worker/run/slots.ts";

const apps: { close(): Promise<void> }[] = [];
afterEach(() => Promise.all(apps.splice(0).map((app) => app.close())));

function start(concurrency: number) {
  const app = lovage({ url: "memory:", logger: silentLogger, task: { retry: { max: 0 } }, worker: { concurrency } });
  apps.push(app);
  return app;
}

test("a hundred parents that each await three children end on a worker with one slot", async () => {
  const app = start(1);
  let running = 0;
  let most = 0;
  const child = app.task({
    name: "child",
    async run(value: number) {
      running += 1;
      most = Math.max(most, running);
      await new Promise((resolve) => setImmediate(resolve));
      running -= 1;
      return value;
    },
  });
  const parent = app.task({
    name: "parent",
    async run(value: number) {
      const children = await child.delayMany([value, value, value]);
      const results = await Promise.all(children.map((one) => one.get()));
      return results.reduce((total, one) => total + one, 0);
    },
  });
  await app.worker().start();
  const parents = await parent.delayMany(Array.from({ length: 100 }, (_, index) => index));
  const totals = await Promise.all(parents.map((one) => one.get({ timeout: "20s" })));
  expect(totals).toEqual(parents.map((_, index) => index * 3));
  expect(most).toBe(1);
});

test("who comes back from a wait runs in a slot again: never more at once than there are", async () => {
  const app = start(2);
  let working = 0;
  let most = 0;
  const work = async (): Promise<void> => {
    working += 1;
    most = Math.max(most, working);
    await new Promise((resolve) => setTimeout(resolve, 2));
    working -= 1;
  };
  const child = app.task({ name: "child", run: work });
  const parent = app.task({
    name: "parent",
    async run(_: number) {
      await work();
      await (await child.delay()).get();
      await work();
      await (await child.delay()).get();
      await work();
    },
  });
  await app.worker().start();
  const parents = await parent.delayMany(Array.from({ length: 20 }, (_, index) => index));
  await Promise.all(parents.map((one) => one.get({ timeout: "20s" })));
  expect(most).toBe(2);
});

test("a parent whose time limit passes while it waits gives up its place for good", async () => {
  const app = start(1);
  const never = app.task({ name: "never", run: () => "never", queue: "nobody" });
  const parent = app.task({
    name: "parent",
    timeLimit: { hard: "100ms" },
    run: async () => (await never.delay()).get(),
  });
  const next = app.task({ name: "next", run: () => currentJob()?.task });
  await app.worker({ queues: ["default"] }).start();
  const [stuck, after] = [await parent.delay(), await next.delay()];
  expect(await after.get({ timeout: "5s" })).toBe("next");
  await expect(stuck.get({ timeout: "5s" })).rejects.toMatchObject({ cause: { code: "TIME_LIMIT" } });
  expect(await (await next.delay()).get({ timeout: "5s" })).toBe("next");
});

test("a wait that fails gives the slot back to its handler as well", async () => {
  const app = start(1);
  const child = app.task({
    name: "child",
    run(): number {
      throw new Error("no luck");
    },
  });
  const parent = app.task({ name: "parent", run: async () => (await child.delay()).get().catch(() => "caught") });
  await app.worker().start();
  expect(await (await parent.delay()).get({ timeout: "5s" })).toBe("caught");
  expect(await (await parent.delay()).get({ timeout: "5s" })).toBe("caught");
});

test("a wait that begins and ends while another one comes back takes no slot of its own", async () => {
  const slots = new Slots(2, () => {});
  const parent = new Seat(slots);
  parent.leave();
  const others = [new Seat(slots), new Seat(slots)];
  const first = parent.comeBack();
  parent.leave();
  const second = parent.comeBack();
  for (const other of others) other.end();
  await Promise.all([first, second]);
  parent.end();
  expect(slots.free).toBe(2);
});

test("more parents than may give their slots back do not keep the last one from their children", async () => {
  const app = start(3);
  const child = app.task({ name: "child", run: (value: number) => value });
  const parent = app.task({ name: "parent", run: async (value: number) => (await child.delay(value)).get() });
  await app.worker().start();
  const parents = await parent.delayMany(Array.from({ length: 1_010 }, (_, index) => index));
  const values = await Promise.all(parents.map((one) => one.get({ timeout: "20s" })));
  expect(values).toEqual(parents.map((_, index) => index));
  expect(await Promise.all((await child.delayMany([1, 2, 3])).map((one) => one.get({ timeout: "5s" })))).toEqual([
    1, 2, 3,
  ]);
});
