import { AssertionError } from "node:assert";
import { lovage } from "lovage";
import { classifyIdempotence, expectIdempotent, expectNullipotent, testing } from "lovage/testing";
import { describe, expect, test } from "vitest";
import { rejection } from "../tasks/setup.ts";

interface Order {
  readonly id: number;
  readonly article: string;
  readonly state: "placed" | "cancelled";
}

function shop() {
  const app = lovage({ url: "sqlite:/nowhere/at/all/jobs.db" });
  const orders: Order[] = [{ id: 1, article: "tea", state: "placed" }];
  const files = new Map<string, string>();
  const payments: string[] = [];
  return {
    app,
    orders,
    files,
    payments,
    /** Writes whatever was there before: placed twice, there are two orders. */
    place: app.task({
      name: "orders.place",
      async run({ article }: { article: string }) {
        orders.push({ id: orders.length + 1, article, state: "placed" });
      },
    }),
    /** Looks first. */
    placeOnce: app.task({
      name: "orders.placeOnce",
      async run({ id, article }: { id: number; article: string }) {
        if (orders.some((order) => order.id === id)) return;
        orders.push({ id, article, state: "placed" });
      },
    }),
    /** Says what shall be, and not what shall be done. */
    cancel: app.task({
      name: "orders.cancel",
      async run({ id }: { id: number }) {
        const index = orders.findIndex((order) => order.id === id);
        const order = orders[index];
        if (order !== undefined) orders[index] = { ...order, state: "cancelled" };
      },
    }),
    /** Stores its result in a place that its arguments name. */
    render: app.task({
      name: "report.render",
      async run({ year, month }: { year: number; month: number }) {
        files.set(`reports/${year}-${month}.txt`, `Report of ${year}-${month}`);
      },
    }),
    /** Only reads. */
    count: app.task({ name: "orders.count", run: async () => orders.length }),
    /** Leans on the id of the job, as a payment service's idempotency key. */
    pay: app.task({
      name: "orders.pay",
      async run(_: { id: number }, context) {
        if (!payments.includes(context.id)) payments.push(context.id);
      },
    }),
  };
}

describe("the state that a task leaves, run again", () => {
  test("an order placed twice is two orders: not idempotent, and the difference is shown", async () => {
    const { place, orders } = shop();
    const report = await classifyIdempotence(place, { article: "salt" }, () => orders);
    expect(report.verdict).toBe("not idempotent");
    expect(report.firstChange).toMatchObject([{ path: "$[1]", before: undefined, after: { id: 2 } }]);
    expect(report.furtherChange).toMatchObject([{ path: "$[2]", before: undefined, after: { id: 3 } }]);
    expect(report.explanation).toMatchInlineSnapshot(`
      "Task "orders.place" is not idempotent: run 2 changed the state again.
      Run 2, compared with run 1:
        $[2]: nothing → { id: 3, article: 'salt', state: 'placed' }"
    `);
    const error = await rejection(expectIdempotent(place, { article: "salt" }, () => orders));
    expect(error).toBeInstanceOf(AssertionError);
    expect(error).toMatchObject({ actual: "not idempotent", expected: "nullipotent or idempotent" });
  });

  test("an order cancelled twice is cancelled: idempotent", async () => {
    const { cancel, orders } = shop();
    const report = await expectIdempotent(cancel, { id: 1 }, () => orders);
    expect(report.verdict).toBe("idempotent");
    expect(report.explanation).toMatchInlineSnapshot(`
      "Task "orders.cancel" is idempotent: run 1 changed the state, and 2 more changed nothing.
      Run 1:
        $[0].state: 'placed' → 'cancelled'"
    `);
  });

  test("check first: idempotent", async () => {
    const { placeOnce, orders } = shop();
    expect(await expectIdempotent(placeOnce, { id: 2, article: "salt" }, () => orders)).toMatchObject({
      verdict: "idempotent",
    });
  });

  test("a result stored in a place named by its arguments: idempotent", async () => {
    const { render, files } = shop();
    const report = await expectIdempotent(render, { year: 2026, month: 1 }, () => files, { times: 5 });
    expect(report).toMatchObject({ verdict: "idempotent", firstChange: [{ path: "$.get('reports/2026-1.txt')" }] });
  });

  test("a pure read: nullipotent", async () => {
    const { count, orders } = shop();
    expect((await expectIdempotent(count, undefined, () => orders)).verdict).toBe("nullipotent");
    expect((await expectNullipotent(count, undefined, () => orders)).explanation).toBe(
      'Task "orders.count" is nullipotent: 3 runs changed nothing.',
    );
  });

  test("one that is idempotent is not nullipotent", async () => {
    const { cancel, orders } = shop();
    const error = await rejection(expectNullipotent(cancel, { id: 1 }, () => orders));
    expect(error).toMatchObject({ actual: "idempotent", expected: "nullipotent" });
  });

  test("it is the same job that runs again: its id can serve as a key elsewhere", async () => {
    const { pay, payments } = shop();
    expect(await expectIdempotent(pay, { id: 1 }, () => payments)).toMatchObject({ verdict: "idempotent" });
    expect(payments).toHaveLength(1);
  });

  test("a change that the next run undoes is a change", async () => {
    const app = lovage({ url: "memory:" });
    let lamp = false;
    const toggle = app.task({
      name: "toggle",
      async run() {
        lamp = !lamp;
      },
    });
    expect(await classifyIdempotence(toggle, undefined, () => lamp, { times: 3 })).toMatchObject({
      verdict: "not idempotent",
      furtherChange: [{ path: "$", before: true, after: false }],
    });
  });

  test("one that changes something only at its third run needs three", async () => {
    const app = lovage({ url: "memory:" });
    let runs = 0;
    const third = app.task({
      name: "third",
      async run() {
        runs += 1;
      },
    });
    const state = (): boolean => runs % 3 === 0;
    runs = 0;
    expect((await classifyIdempotence(third, undefined, () => runs > 0 && state(), { times: 2 })).verdict).toBe(
      "nullipotent",
    );
    runs = 0;
    expect((await classifyIdempotence(third, undefined, () => runs > 0 && state(), { times: 3 })).verdict).toBe(
      "not idempotent",
    );
  });

  test("a repeat that fails is not idempotent, though it changes nothing", async () => {
    const { app, orders } = shop();
    const strict = app.task({
      name: "orders.cancelStrictly",
      retry: { max: 0 },
      async run({ id }: { id: number }) {
        const order = orders[id - 1];
        if (order?.state !== "placed") throw new RangeError(`order ${id} is cancelled`);
        orders[id - 1] = { ...order, state: "cancelled" };
      },
    });
    const report = await classifyIdempotence(strict, { id: 1 }, () => orders);
    expect(report).toMatchObject({ verdict: "not idempotent", furtherChange: [] });
    expect(report.explanation).toMatch(
      /run 2 failed where run 1 did not\.\nRun 2: .*RangeError: order 1 is cancelled/s,
    );
  });

  test("a repeat that discards its job has ended in order", async () => {
    const { app, orders } = shop();
    const task = app.task({
      name: "orders.cancelOnce",
      async run({ id }: { id: number }, { discard }) {
        const order = orders[id - 1];
        if (order?.state !== "placed") return discard("cancelled already");
        orders[id - 1] = { ...order, state: "cancelled" };
      },
    });
    expect((await expectIdempotent(task, { id: 1 }, () => orders)).verdict).toBe("idempotent");
  });

  test("what a task pushes is state as well", async () => {
    const { app } = shop();
    await using bench = testing(app);
    const mail = app.task({ name: "mail", run: async () => {} });
    const careless = app.task({ name: "careless", run: async () => void (await mail.delay()) });
    const careful = app.task({
      name: "careful",
      run: async (_, { id }) => void (await mail.delay(undefined, { key: id })),
    });
    const pushes = () => bench.pushed(mail).map(({ key }) => key);
    expect((await classifyIdempotence(careless, undefined, pushes)).verdict).toBe("not idempotent");
    expect((await classifyIdempotence(careful, undefined, pushes)).verdict).toBe("idempotent");
  });
});

describe("what cannot be judged", () => {
  test("a task whose first run fails", async () => {
    const app = lovage({ url: "memory:" });
    const broken = app.task({
      name: "broken",
      async run() {
        throw new Error("no connection");
      },
    });
    const error = await rejection(classifyIdempotence(broken, undefined, () => 1));
    expect(error).toBeInstanceOf(AssertionError);
    expect(error.message).toMatch(/^Task "broken" failed at its first run.*no connection/);
  });

  test("a snapshot that cannot be copied", async () => {
    const { count } = shop();
    const error = await rejection(classifyIdempotence(count, undefined, () => ({ close: () => {} })));
    expect(error).toMatchObject({ code: "OPTIONS_INVALID", message: expect.stringMatching(/cannot be copied/) });
  });

  test("fewer than two runs", async () => {
    const { count } = shop();
    const error = await rejection(classifyIdempotence(count, undefined, () => 1, { times: 1 }));
    expect(error).toMatchObject({ code: "OPTIONS_INVALID" });
  });

  test("whatever happens, the app is its own again", async () => {
    const { app, count } = shop();
    const { engine } = app;
    await rejection(
      classifyIdempotence(count, undefined, () => {
        throw new Error("the database is away");
      }),
    );
    expect(app.engine).toBe(engine);
  });
});
