import { afterEach, expect, test, vi } from "vitest";
import { currentJob } from "../../../src/worker/index.ts";
import { Workshop } from "../support/workshop.ts";

let workshop = new Workshop();
afterEach(() => workshop.close());

test("console.* inside a handler reaches the worker's log with task, id and attempt, at any depth", async () => {
  workshop = new Workshop();
  const task = workshop.task<void, unknown>({
    name: "prints",
    run: async () => {
      console.log("sent %d mails to %s", 3, "Ada");
      await new Promise((resolve) => setImmediate(resolve));
      console.warn("slow", { ms: 7 });
      await Promise.all([Promise.resolve().then(() => console.error(new RangeError("inner")))]);
      console.debug("detail");
      console.trace("here");
    },
  });
  const result = await task.delay();
  await workshop.worker().drain();
  const facts = { task: "prints", id: result.id, attempt: 1 };
  expect(workshop.log.lines.filter(({ fields }) => fields.id === result.id)).toEqual([
    { level: "info", message: "sent 3 mails to Ada", fields: facts },
    { level: "warn", message: "slow { ms: 7 }", fields: facts },
    { level: "error", message: expect.stringContaining("RangeError: inner"), fields: facts },
    { level: "debug", message: "detail", fields: facts },
    { level: "debug", message: "here", fields: { ...facts, stack: expect.stringContaining("console.test.ts") } },
  ]);
});

test("outside of handlers the console is untouched while a worker runs, and put back after the last one", async () => {
  workshop = new Workshop();
  const original = vi.fn();
  const before = console.log;
  console.log = original;
  try {
    workshop.task({ name: "any", run: () => {} });
    const [first, second] = [workshop.worker(), workshop.worker()];
    await first.start();
    await second.start();
    console.log("outside");
    expect(original).toHaveBeenCalledWith("outside");
    expect(workshop.log.find("outside")).toEqual([]);
    const stopped = first.abort();
    await workshop.clock.advance(0);
    await stopped;
    expect(console.log).not.toBe(original);
    const both = second.abort();
    await workshop.clock.advance(0);
    await both;
    expect(console.log).toBe(original);
  } finally {
    console.log = before;
  }
});

test("a logger that itself writes by console.log does not come back as a line of the handler", async () => {
  workshop = new Workshop();
  const printed: string[] = [];
  const before = console.log;
  console.log = (line: string) => printed.push(line);
  try {
    workshop.log.log = (level, message) => console.log(`${level} ${message}`);
    const task = workshop.task<void, unknown>({
      name: "prints",
      run: (_input, { log }) => {
        console.log("one");
        log.info("two");
      },
    });
    await task.delay();
    await workshop.worker().drain();
    expect(printed).toEqual(["info one", "info two"]);
  } finally {
    console.log = before;
  }
});

test("currentJob() names the job around the caller, and nothing outside", async () => {
  workshop = new Workshop();
  const seen: unknown[] = [];
  const task = workshop.task<void, unknown>({
    name: "named",
    run: async () => {
      await new Promise((resolve) => setTimeout(resolve, 1));
      seen.push(currentJob());
    },
  });
  const result = await task.delay(undefined, { headers: { tenant: "a" }, queue: "mail" });
  await workshop.worker().drain();
  const facts = { id: result.id, task: "named", queue: "mail", attempt: 1 };
  expect(seen).toEqual([{ ...facts, headers: { tenant: "a" } }]);
  expect(currentJob()).toBeUndefined();
});

test("ctx.log writes with the job's names, which its own fields cannot hide", async () => {
  workshop = new Workshop();
  const task = workshop.task<void, unknown>({
    name: "logs",
    run: (_input, { log }) => log.warn("careful", { size: 3, task: "another" }),
  });
  const result = await task.delay();
  await workshop.worker().drain();
  expect(workshop.log.find("careful")).toEqual([
    { level: "warn", message: "careful", fields: { size: 3, task: "logs", id: result.id, attempt: 1 } },
  ]);
});
