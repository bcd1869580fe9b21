import { type AsyncResult, chain, chord, group, type Signature } from "lovage";
import { expect } from "vitest";
import { acceptance, type Stage } from "./stage.ts";

const waitFor = { timeout: "30s" } as const;

/** A body of each sort; each begins with what takes the list of results. */
function bodies({ tasks: { sum, double } }: Stage): Readonly<Record<string, Signature<readonly number[], unknown>>> {
  return {
    task: sum.s(),
    chain: chain(sum.s(), double.s()),
    group: group([sum.s(), sum.s()]),
    chord: chord([sum.s(), sum.s()], sum.s()),
  };
}

acceptance("workflows", {
  "a chord runs each sort of body once": async (stage) => {
    await stage.worker();
    const { double } = stage.tasks;
    const header = [double.si(1), double.si(2)];
    const expected = { task: 6, chain: 12, group: [6, 6], chord: 12 };
    for (const [name, body] of Object.entries(bodies(stage)))
      expect(await (await chain(group(header), body).delay()).get(waitFor), name).toEqual(Reflect.get(expected, name));
  },

  "where a member fails, each sort of body fails as it did, and linkError hears of it once": async (stage) => {
    const { double, flaky, rescue } = stage.tasks;
    await stage.worker();
    const header = [double.si(1), flaky.si({ failures: 9 })];
    const results: AsyncResult<unknown>[] = [];
    for (const body of Object.values(bodies(stage)))
      results.push(await chain(group(header), body).linkError(rescue.s()).delay());
    for (const result of results)
      await expect(result.get(waitFor)).rejects.toMatchObject({ code: "JOB_FAILED", cause: { message: "attempt 3" } });
    expect((await stage.hears("rescue", 4)).map(({ message }) => message)).toEqual(Array(4).fill("attempt 3"));
    expect(stage.heard("sum")).toEqual([]);
  },

  "a member that is retried, and one that is replaced by a kill, fill their slots once": async (stage) => {
    const { double, flaky, deadly, judge } = stage.tasks;
    await stage.worker({ processes: 2 });
    const header = [flaky.si({ failures: 1 }), double.si(3), deadly.si({ how: "exit" })] as const;
    const result = await group(header).delay();
    expect(await result.get(waitFor)).toEqual([2, 6, "survived"]);
    const failing = [double.si(1), flaky.si({ failures: 9 })];
    const outcomes = await chord(failing, judge.s(), { allowFailures: true }).delay();
    expect(await outcomes.get(waitFor)).toEqual(["succeeded", "failed"]);
  },

  "a retry by hand lets a broken workflow go on, over a restart of the workers": async (stage) => {
    const { flaky, double } = stage.tasks;
    const worker = await stage.worker();
    const result = await chain(flaky.si({ failures: 3 }), double.s()).delay();
    await expect(result.get(waitFor)).rejects.toMatchObject({ cause: { message: "attempt 3" } });
    worker.signalAll("SIGKILL");
    const [step] = await result.children();
    await stage.worker();
    await step?.retry();
    await expect(result.get(waitFor)).rejects.toMatchObject({ cause: { message: "attempt 3" } });
    expect(stage.heard("flaky")).toHaveLength(6);
  },

  "a hundred parents that each await three children end on one worker with one slot": async (stage) => {
    await stage.worker({ concurrency: 1 });
    const parents = await stage.tasks.parent.delayMany(Array.from({ length: 100 }, (_, index) => index));
    const totals = await Promise.all(parents.map((parent) => parent.get(waitFor)));
    expect(totals).toEqual(parents.map((_, index) => 6 * index));
  },

  "fifty workflows of thirty jobs on three workers end, each with its own result": async (stage) => {
    const { double, sum, app } = stage.tasks;
    await Promise.all([stage.worker(), stage.worker(), stage.worker()]);
    const flows = await Promise.all(
      Array.from({ length: 50 }, (_, flow) =>
        chord(
          Array.from({ length: 14 }, (__, index) => chain(double.si(flow + index), double.s())),
          sum.s(),
        ).delay(),
      ),
    );
    const expected = flows.map((_, flow) => 4 * (14 * flow + 91));
    expect(await Promise.all(flows.map((flow) => flow.get(waitFor)))).toEqual(expected);
    expect(await app.engine.inspect.count({ states: ["succeeded"] })).toBe(50 * 29);
    expect(stage.heard("sum")).toHaveLength(50);
  },
});
