import { afterEach, describe, expect, test } from "vitest";
import { Workshop } from "./support/workshop.ts";

let workshop = new Workshop();
afterEach(() => workshop.close());

describe("a worker", () => {
  test("runs a job and stores its result", async () => {
    workshop = new Workshop();
    const double = workshop.task({ name: "double", run: (value: number) => ({ value: value * 2 }) });
    const result = await double.delay(21);
    const report = await workshop.worker().drain();
    expect(report).toEqual({ complete: true, outcomes: expect.objectContaining({ succeeded: 1 }) });
    expect(await result.get()).toEqual({ value: 42 });
  });

  test("takes a job that arrives while it is idle, without the clock moving", async () => {
    workshop = new Workshop();
    const seen = Promise.withResolvers<number>();
    const note = workshop.task({ name: "note", run: (value: number) => seen.resolve(value) });
    await workshop.worker().start();
    await workshop.clock.advance(10_000);
    await note.delay(7);
    expect(await seen.promise).toBe(7);
  });

  test("retries by the task's back-off, and fails when no retries are left", async () => {
    workshop = new Workshop();
    const starts: number[] = [];
    const task = workshop.task({
      name: "fails",
      retry: { max: 2, backoff: "60s", jitter: false },
      run: () => {
        starts.push(workshop.clock.now());
        throw new Error("no luck");
      },
    });
    const result = await task.delay();
    await workshop.worker().start();
    await workshop.clock.advance("10m");
    const [first = 0] = starts;
    expect(starts.map((at) => at - first)).toEqual([0, 60_000, 180_000]);
    await expect(result.get()).rejects.toMatchObject({ code: "JOB_FAILED" });
  });
});
