import { setImmediate } from "node:timers/promises";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { LifecycleGuard } from "../../src/kernel/lifecycle.ts";

/** Something that takes a few turns to begin and to end, and that notices when it is asked out of order. */
class Part {
  readonly calls: string[] = [];
  readonly faults: string[] = [];
  state: "stopped" | "starting" | "running" | "stopping" = "stopped";
  beginError: Error | undefined;
  endError: Error | undefined;
  readonly guard: LifecycleGuard = new LifecycleGuard(
    () => this.#begin(),
    () => this.#end(),
  );

  async #begin(): Promise<void> {
    if (this.state !== "stopped") this.faults.push(`begin while ${this.state}`);
    this.calls.push("begin");
    this.state = "starting";
    await setImmediate();
    this.state = this.beginError === undefined ? "running" : "stopped";
    if (this.beginError !== undefined) throw this.beginError;
  }

  async #end(): Promise<void> {
    if (this.state !== "running") this.faults.push(`end while ${this.state}`);
    this.calls.push("end");
    this.state = "stopping";
    await setImmediate();
    this.state = "stopped";
    if (this.endError !== undefined) throw this.endError;
  }
}

describe("LifecycleGuard", () => {
  test("start runs it and stop ends it, each once however often they are called", async () => {
    const part = new Part();
    await Promise.all([part.guard.start(), part.guard.start()]);
    await part.guard.start();
    expect(part.state).toBe("running");
    expect(part.guard.started).toBe(true);
    await Promise.all([part.guard.stop(), part.guard.stop()]);
    await part.guard.stop();
    expect(part.state).toBe("stopped");
    expect(part.guard.started).toBe(false);
    expect(part.calls).toEqual(["begin", "end"]);
  });

  test("a stop before any start does nothing, and it can start again after a stop", async () => {
    const part = new Part();
    await part.guard.stop();
    await part.guard.start();
    await part.guard.stop();
    await part.guard.start();
    expect(part.calls).toEqual(["begin", "end", "begin"]);
  });

  test("a stop during a start waits for it and then stops", async () => {
    const part = new Part();
    const started = part.guard.start();
    await part.guard.stop();
    expect(part.state).toBe("stopped");
    await started;
    expect(part.calls).toEqual(["begin", "end"]);
  });

  test("the last call decides, also when a start and a stop wait behind a stop", async () => {
    const part = new Part();
    await part.guard.start();
    void part.guard.stop();
    const again = part.guard.start();
    await part.guard.stop();
    expect(part.state).toBe("stopped");
    await again;
    expect(part.state).toBe("stopped");
    expect(part.faults).toEqual([]);
  });

  test("a start that fails tells its callers, and can be tried again", async () => {
    const part = new Part();
    part.beginError = new Error("the port is taken");
    const results = await Promise.allSettled([part.guard.start(), part.guard.start(), part.guard.stop()]);
    expect(results.map(({ status }) => status)).toEqual(["rejected", "rejected", "fulfilled"]);
    expect(part.guard.started).toBe(false);
    part.beginError = undefined;
    await part.guard.start();
    expect(part.state).toBe("running");
    expect(part.calls).not.toContain("end");
  });

  test("a stop that fails tells its callers, and not the one who starts it next", async () => {
    const part = new Part();
    await part.guard.start();
    part.endError = new Error("the socket would not close");
    const stopped = part.guard.stop();
    const started = part.guard.start();
    await expect(stopped).rejects.toThrow("the socket would not close");
    await started;
    expect(part.state).toBe("running");
  });

  test("any order of calls ends as the last one says, never begins twice and never ends twice", async () => {
    const step = fc.constantFrom("start", "stop", "turn");
    await fc.assert(
      fc.asyncProperty(fc.array(step, { minLength: 1, maxLength: 12 }), async (steps) => {
        const part = new Part();
        let last: Promise<void> = Promise.resolve();
        for (const one of steps) {
          if (one === "turn") await setImmediate();
          else last = part.guard[one]();
        }
        await last;
        const final = steps.findLast((one) => one !== "turn");
        expect(part.state).toBe(final === "start" ? "running" : "stopped");
        expect(part.guard.started).toBe(final === "start");
        expect(part.faults).toEqual([]);
      }),
    );
  });
});
