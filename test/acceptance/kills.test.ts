import { chain, chord } from "lovage";
import { expect } from "vitest";
import { acceptance } from "./stage.ts";

const waitFor = { timeout: "30s" } as const;

acceptance("a worker that is lost", {
  "killed during a task: another worker runs it": async (stage) => {
    const first = await stage.worker();
    const result = await stage.tasks.slow.delay({ ms: 2_000 });
    await stage.hears("slow started");
    first.signalAll("SIGKILL");
    await stage.worker();
    expect(await result.get(waitFor)).toMatch(/^slept in/);
    expect(stage.heard("slow started").map(({ fence }) => fence)).toEqual([1, 2]);
    expect(stage.heard("slow started").map(({ attempt }) => attempt)).toEqual([1, 1]);
  },

  "all killed, and one started: everything runs": async (stage) => {
    const workers = await Promise.all([stage.worker(), stage.worker()]);
    const results = await stage.tasks.slow.delayMany(Array.from({ length: 12 }, () => ({ ms: 500 })));
    await stage.hears("slow started", 4);
    for (const worker of workers) worker.signalAll("SIGKILL");
    await stage.worker({ concurrency: 12 });
    for (const result of results) expect(await result.get(waitFor)).toMatch(/^slept in/);
  },

  "a child that dies by SIGKILL or process.exit() is replaced, and its job runs again": async (stage) => {
    await stage.worker({ processes: 2 });
    for (const how of ["kill", "exit"] as const)
      expect(await (await stage.tasks.deadly.delay({ how })).get(waitFor)).toBe("survived");
  },

  "a child that runs out of memory is replaced, and its job runs again": async (stage) => {
    await stage.worker({ processes: 1, node: ["--max-old-space-size=80"] });
    expect(await (await stage.tasks.deadly.delay({ how: "memory" })).get(waitFor)).toBe("survived");
  },

  "kills while chains and chords run: every body runs, and none is left waiting": async (stage) => {
    const { double, sum, app } = stage.tasks;
    const flow = chain(
      chord(
        [1, 2, 3].map((value) => chain(double.si(value), double.s())),
        sum.s(),
      ),
      double.s(),
    );
    let worker = await stage.worker({ concurrency: 2 });
    const results = await Promise.all(Array.from({ length: 15 }, () => flow.delay()));
    for (let kills = 1; kills <= 4; kills += 1) {
      await stage.hears("double", 15 * kills);
      worker.signalAll("SIGKILL");
      worker = await stage.worker({ concurrency: 2 });
    }
    for (const result of results) expect(await result.get(waitFor)).toBe(48);
    expect(await app.engine.inspect.count({ states: ["waiting", "scheduled", "ready", "active"] })).toBe(0);
    expect(await app.engine.inspect.count({ states: ["succeeded"], tasks: ["sum"] })).toBe(15);
  },
});
