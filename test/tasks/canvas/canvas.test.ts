import {
  type AsyncResult,
  chain,
  chord,
  currentJob,
  group,
  type JobTree,
  lovage,
  type MemberOutcome,
  type WorkflowFailure,
} from "lovage";
import { type TestBench, testing } from "lovage/testing";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { z } from "zod";

const app = lovage({ url: "memory:", task: { retry: { max: 0 } } });
const ran: string[] = [];
const told: unknown[] = [];

const add = app.task({ name: "add", run: ({ a, b }: { a: number; b: number }) => a + b });
const double = app.task({
  name: "double",
  run(value: number) {
    ran.push(`double ${value}`);
    return value * 2;
  },
});
const sum = app.task({
  name: "sum",
  run: (values: readonly number[]) => values.reduce((total, one) => total + one, 0),
});
const fail = app.task({
  name: "fail",
  run(_: unknown): number {
    throw new RangeError("no luck");
  },
});
const tell = app.task({ name: "tell", run: (value: unknown) => void told.push(value) });
const rescue = app.task({ name: "rescue", run: (failure: WorkflowFailure) => void told.push(failure) });
const judge = app.task({
  name: "judge",
  run: (outcomes: readonly MemberOutcome<number>[]) => outcomes.map(({ state }) => state),
});

let bench: TestBench;
beforeEach(() => {
  ran.length = 0;
  told.length = 0;
  bench = testing(app);
});
afterEach(() => bench.close());

describe("a chain", () => {
  test("hands each result on", async () => {
    const result = await chain(add.s({ a: 1, b: 2 }), double.s(), double.s()).delay();
    expect(await result.get()).toBe(12);
    expect(ran).toEqual(["double 3", "double 6"]);
  });

  test("begins with what it is given", async () => {
    const both = chain(double.s(), double.s());
    expect(await (await both.delay(5)).get()).toBe(20);
    expect(await (await both.delay(7)).get()).toBe(28);
  });

  test("joins what is given with what came before", async () => {
    const start = app.task({ name: "start", run: () => ({ a: 40 }) });
    expect(await (await chain(start.s(), add.s({ b: 2 })).delay()).get()).toBe(42);
  });

  test("an immutable step does not ask for what came before", async () => {
    expect(await (await chain(add.s({ a: 1, b: 1 }), double.si(21)).delay()).get()).toBe(42);
  });

  test("breaks where a step fails: the rest never runs, and fails as it did", async () => {
    const result = await chain(double.s(1), fail.s(), double.s()).delay();
    const cause = { name: "RangeError", message: "no luck" };
    await expect(result.get()).rejects.toMatchObject({ code: "JOB_FAILED", cause });
    expect(ran).toEqual(["double 1"]);
  });

  test("a countdown counts from the step before", async () => {
    const result = await chain(double.si(1), double.s(undefined, { countdown: "5m" })).delay();
    await bench.drain();
    expect(await result.state()).toBe("scheduled");
    await bench.advance("5m");
    expect(await result.get()).toBe(4);
  });

  test("passes a result on that nobody keeps", async () => {
    const quiet = app.task({ name: "quiet", result: "discard", run: () => 21 });
    expect(await (await chain(quiet.s(), double.s()).delay()).get()).toBe(42);
  });
});

describe("a group", () => {
  test("gives the results in the order of its members", async () => {
    const result = await group([double.si(1), add.s({ a: 1, b: 2 }), double.si(2)]).delay();
    expect(await result.get()).toEqual([2, 3, 4]);
  });

  test("of nothing but one, and of many", async () => {
    expect(await (await group([double.si(1)]).delay()).get()).toEqual([2]);
    const many = Array.from({ length: 200 }, (_, index) => double.si(index));
    expect(await (await group(many).delay()).get()).toEqual(many.map((_, index) => index * 2));
  });

  test("fails with the first member that fails", async () => {
    const result = await group([double.si(1), fail.s(1)]).delay();
    await expect(result.get()).rejects.toMatchObject({ cause: { message: "no luck" } });
  });

  test("where failures are allowed, tells how each ended", async () => {
    const result = await group([double.si(1), fail.s(1)], { allowFailures: true }).delay();
    expect(await result.get()).toMatchObject([
      { state: "succeeded", result: 2 },
      { state: "failed", error: { name: "RangeError", message: "no luck" } },
    ]);
  });

  test("every member is given what came before", async () => {
    expect(await (await chain(double.s(1), group([double.s(), double.s()])).delay()).get()).toEqual([4, 4]);
    expect(await (await group([double.s(), double.s()]).delay(3)).get()).toEqual([6, 6]);
  });
});

describe("a chord", () => {
  test("gives its body the list of results", async () => {
    expect(await (await chord([double.si(1), double.si(2)], sum.s()).delay()).get()).toBe(6);
  });

  test("of no members runs its body at once, with an empty list", async () => {
    expect(await (await chord([], sum.s()).delay()).get()).toBe(0);
  });

  test("a group before a step is one as well", async () => {
    const result = await chain(group([double.si(1), double.si(2)]), sum.s(), double.s()).delay();
    expect(await result.get()).toBe(12);
  });

  test("its body can tell failures apart", async () => {
    const result = await chord([double.si(1), fail.s(1)], judge.s(), { allowFailures: true }).delay();
    expect(await result.get()).toEqual(["succeeded", "failed"]);
  });

  test("two groups after each other meet in between", async () => {
    const lists = chain(group([double.si(1), double.si(2)]), group([sum.s(), sum.s()]), sum.s());
    expect(await (await lists.delay()).get()).toBe(12);
  });

  test("nests: a chord of chains, a group in a chain in a chord, a chord in a group", async () => {
    const inner = chain(double.s(), group([double.s(), double.s()]), sum.s());
    const outer = chord([chain(double.si(1), inner), chord([double.si(1), double.si(2)], sum.s())], sum.s());
    expect(await (await group([outer, double.si(5)]).delay()).get()).toEqual([22, 10]);
  });
});

describe("callbacks", () => {
  test("link runs beside, with the result", async () => {
    const result = await double.si(4).link(tell.s()).delay();
    expect(await result.get()).toBe(8);
    await bench.drain();
    expect(told).toEqual([8]);
  });

  test("linkError runs after a failure, and is told of the job by which the chain broke", async () => {
    const result = await chain(fail.s(1), double.s()).linkError(rescue.s()).delay();
    await expect(result.get()).rejects.toThrow();
    await bench.drain();
    expect(told).toMatchObject([{ state: "failed", error: { name: "RangeError", message: "no luck" } }]);
  });

  test("linkError does not run after a success, and leaves nothing waiting", async () => {
    const result = await double.si(1).linkError(rescue.s()).delay();
    await result.get();
    await bench.drain();
    expect(told).toEqual([]);
    expect(await app.engine.inspect.count({ states: ["waiting"] })).toBe(0);
  });

  test("of a group are told of the whole", async () => {
    await group([double.si(1), double.si(2)])
      .link(tell.s())
      .delay();
    await group([double.si(1), fail.s(2)])
      .linkError(rescue.s())
      .delay();
    await bench.drain();
    expect(told).toHaveLength(2);
    expect(told).toContainEqual([2, 4]);
    expect(told).toContainEqual(expect.objectContaining({ state: "failed" }));
  });
});

describe("ctx.replace()", () => {
  const pages = app.task({
    name: "pages",
    run(count: number, context): number {
      if (count > 0)
        context.replace(
          chord(
            Array.from({ length: count }, () => double.si(1)),
            sum.s(),
          ),
        );
      return 0;
    },
  });

  test("the end of what replaces the job is the job's own", async () => {
    expect(await (await pages.delay(3)).get()).toBe(6);
    expect(await (await pages.delay(0)).get()).toBe(0);
    expect(await (await chain(pages.si(2), double.s()).delay()).get()).toBe(8);
  });

  test("within what replaced another", async () => {
    const again = app.task({
      name: "again",
      run: (depth: number, context): number => (depth === 0 ? 7 : context.replace(again.s(depth - 1))),
    });
    expect(await (await again.delay(5)).get()).toBe(7);
  });

  test("its failure is the job's", async () => {
    const doomed = app.task({ name: "doomed", run: (_: unknown, context): number => context.replace(fail.s(1)) });
    const result = await doomed.delay(1);
    await expect(result.get()).rejects.toMatchObject({ cause: { message: "no luck" } });
  });
});

describe("map and chunks", () => {
  test("map runs the handler for each input in one job", async () => {
    const ids = new Set<string | undefined>();
    const note = app.task({ name: "note", run: (value: number) => ids.add(currentJob()?.id) && value * 2 });
    expect(await (await note.map([1, 2, 3]).delay()).get()).toEqual([2, 4, 6]);
    expect(ids.size).toBe(1);
  });

  test("chunks run so many in a job", async () => {
    const result = await double.chunks([1, 2, 3, 4, 5], 2).delay();
    expect(await result.get()).toEqual([[2, 4], [6, 8], [10]]);
    expect(await result.children()).toHaveLength(3);
  });
});

describe("a job that ended because of another", () => {
  test("rejects with the id of that one, and does not claim an attempt", async () => {
    const result = await chain(fail.s(1), double.s(), double.s()).delay();
    const error = await result.get().catch((thrown: unknown) => thrown);
    const { job } = await failedStep(result);
    expect(error).toMatchObject({ code: "JOB_FAILED", details: { id: result.id, attempts: 0, upstream: job.id } });
    expect(error).toHaveProperty(
      "message",
      `Job ${result.id} of task "double" failed because job ${job.id}, which it waited for, did: RangeError: no luck`,
    );
  });

  test("says which one to retry", async () => {
    const result = await chain(fail.s(1), double.s()).delay();
    await bench.drain();
    const { job } = await failedStep(result);
    await expect(result.retry()).rejects.toMatchObject({
      code: "STATE_CONFLICT",
      message: `Job ${result.id} cannot be retried: it ended because job ${job.id} did; retry that one, and this one goes on.`,
      details: { id: result.id, upstream: job.id },
    });
  });

  test("that was revoked with it says so as well", async () => {
    const result = await chain(double.s(1, { countdown: "1h" }), double.s()).delay();
    const [step] = await result.children();
    await step?.revoke({ reason: "not now" });
    await expect(result.get()).rejects.toMatchObject({ code: "JOB_REVOKED", details: { upstream: step?.id } });
    await expect(result.retry()).rejects.toMatchObject({ details: { upstream: step?.id } });
  });

  test("keeps the attempt that it had before it was replaced", async () => {
    const doomed = app.task({ name: "replaced", run: (value: number, context) => context.replace(fail.s(value)) });
    const result = await doomed.delay(1);
    await expect(result.get()).rejects.toMatchObject({ details: { attempts: 1 } });
  });

  test("is not to be retried either where nothing failed, so that it had nothing to do", async () => {
    const result = await double.s(1).linkError(rescue.s()).delay();
    await bench.drain();
    const [callback] = (await result.tree()).callbacks;
    await expect(app.result(callback?.job.id ?? "").retry()).rejects.toThrow("it lacked what it waited for");
  });

  async function failedStep(result: AsyncResult<unknown>): Promise<JobTree> {
    const { children } = await result.tree();
    const [step] = children;
    if (step === undefined) throw new Error("there is no step");
    return step.children.length === 0 ? step : failedStep(app.result(step.job.id));
  }
});

describe("a workflow as a whole", () => {
  const shapeOf = ({ job, children, callbacks }: JobTree): unknown => ({
    [`${job.task} ${job.state}`]: children.map(shapeOf),
    ...(callbacks.length > 0 ? { callbacks: callbacks.map(shapeOf) } : {}),
  });

  test("is a tree of those who wait for each other", async () => {
    const result = await chord([chain(double.si(1), double.s()), double.si(2)], sum.s().link(tell.s())).delay();
    expect(shapeOf(await result.tree())).toEqual({
      "sum waiting": [{ "double waiting": [{ "double ready": [] }] }, { "double ready": [] }],
      callbacks: [{ "tell waiting": [] }],
    });
    expect(await result.children()).toHaveLength(2);
  });

  test("is revoked as a whole", async () => {
    const result = await chord([chain(double.si(1), double.s()), double.si(2)], sum.s()).delay();
    await result.revoke({ reason: "not needed" });
    await bench.drain();
    expect(ran).toEqual([]);
    await expect(result.get()).rejects.toMatchObject({ code: "JOB_REVOKED" });
    expect(await app.engine.inspect.count({ states: ["revoked"] })).toBe(4);
  });

  test("goes on where a failed step is retried by hand", async () => {
    let broken = true;
    const fragile = app.task({
      name: "fragile",
      run: (value: number) => {
        if (broken) throw new Error("broken");
        return value;
      },
    });
    const result = await chain(fragile.si(21), double.s()).delay();
    await bench.drain();
    expect(await result.state()).toBe("failed");
    broken = false;
    const [step] = await result.children();
    await step?.retry();
    expect(await result.get()).toBe(42);
  });
});

describe("a signature", () => {
  test("never changes: set, link and clone give others", async () => {
    const one = double.si(1);
    const urgent = one.set({ queue: "urgent", priority: 9 });
    expect(urgent).not.toBe(one);
    await one.delay();
    await urgent.delay();
    bench.expectPushed(double, 1, { queue: "default" });
    bench.expectPushed(double, 1, { queue: "urgent", priority: 9 });
    expect(one.clone()).toEqual(one);
  });

  test("options of a composition are those of its jobs, a countdown of the first", async () => {
    await chain(double.si(1), double.s()).set({ queue: "slow", countdown: "1h" }).delay();
    const queues = await app.engine.inspect.queues();
    expect(queues).toMatchObject([{ queue: "slow", scheduled: 1, waiting: 1 }]);
  });

  test("an input that is known is checked when it is pushed, one that is not when it runs", async () => {
    const strict = app.task({ name: "strict", input: z.object({ id: z.number() }), run: ({ id }) => id });
    const wrong = { id: "7" } as unknown as { id: number };
    await expect(chain(strict.si(wrong), double.s()).delay()).rejects.toMatchObject({ code: "INPUT_INVALID" });
    const start = app.task({ name: "wrong", run: () => wrong });
    const result = await chain(start.s(), strict.s()).delay();
    await expect(result.get()).rejects.toMatchObject({ cause: { code: "INPUT_INVALID" } });
  });

  test("mistakes are told", async () => {
    const other = lovage({ url: "memory:" });
    const stranger = other.task({ name: "stranger", run: (value: number) => value });
    await expect(chain(double.si(1), stranger.s()).delay()).rejects.toThrow(/"double" and "stranger" are of two apps/);
    expect(() => chain(...([] as never[]))).toThrow(/without a step/);
    expect(() => group([double as never])).toThrow(/made of signatures/);
    expect(() => double.chunks([1], 0)).toThrow(/whole number from 1 on/);
    await expect(double.si("x".repeat(100_000) as never).delay()).rejects.toMatchObject({ code: "TOO_LARGE" });
    const many = Array.from({ length: 10_001 }, () => double.si(1));
    await expect(group(many).delay()).rejects.toThrow(/over the limit of 10,?000/);
  });

  test("no task may take a name that Lovage keeps for itself", () => {
    expect(() => app.task({ name: "lovage.join", run: () => 1 })).toThrow(/keeps for itself/);
  });
});
