import assert from "node:assert/strict";
import { newId } from "../../../kernel/id.ts";
import { type ConformanceTest, definePart } from "../part.ts";
import { EngineProcess } from "../processes/engine-process.ts";
import { rescueInTime } from "../rescue-in-time.ts";
import { pushRequest, type Trial } from "../trial.ts";
import { succeeded } from "../worker.ts";

export const deathTests: readonly ConformanceTest[] = definePart(
  "death",
  {
    "a killed worker's jobs are ready again within its lease": rescueInTime,

    "a worker killed in the middle of its work loses nothing": async (trial) => {
      const children = [await EngineProcess.start(trial), await EngineProcess.start(trial)];
      const ids = await trial.push(...Array.from({ length: 300 }, () => ({})));
      const { leaseMs } = trial;
      for (const [index, child] of children.entries())
        child.labour({ worker: `labour-${index}`, leaseMs, followUpQueue: "done" });
      await trial.until("some are done", async () => (await countDone(trial)) >= 50);
      await children[0]?.kill();
      await trial.until("all are done", async () => (await countDone(trial)) >= ids.length);
      assert.equal(await countDone(trial), ids.length, "each job succeeded once");
      const records = await trial.engine.inspect.get(ids);
      assert.ok(records.every((record) => record?.state === "succeeded"));
      const crashed = records.filter((record) => record?.crashes !== 0);
      assert.ok(crashed.length <= 5, `${crashed.length} crashes of a worker that held 5`);
      assert.ok(crashed.every((record) => record?.crashes === 1));
      assert.partialDeepStrictEqual(await trial.queue(), { ready: 0, active: 0, scheduled: 0 });
      assert.partialDeepStrictEqual(await trial.queue("done"), { ready: ids.length });
    },

    "a process that slept past its lease finds its jobs gone": async (trial) => {
      const sleeper = await EngineProcess.start(trial);
      const id = await trial.pushOne();
      const zombie = await trial.worker({ engine: sleeper.engine, id: "zombie" });
      const old = await zombie.claimOne();
      sleeper.signal("SIGSTOP");
      assert.partialDeepStrictEqual(await trial.rescueFrom(zombie), [{ id, crashes: 1, state: "ready" }]);
      const worker = await trial.worker();
      const current = await worker.claimOne();
      sleeper.signal("SIGCONT");
      assert.deepEqual(await zombie.settle(old, succeeded("zombie")), { status: "stale" });
      assert.partialDeepStrictEqual(await zombie.beat([old]), { known: false, lost: [id] });
      await worker.succeed(current, "live");
      assert.partialDeepStrictEqual(await trial.get(id), { state: "succeeded", result: "live", fence: 2 });
    },

    "what a killed process was told is stored is stored": async (trial) => {
      const child = await EngineProcess.start(trial);
      const acknowledged: string[] = [];
      const pushing = (async () => {
        for (;;) {
          const id = newId();
          const [reply] = await child.engine.jobs.push([pushRequest([{ id }])]);
          assert.equal(reply?.status, "stored");
          acknowledged.push(id);
        }
      })();
      const ended = assert.rejects(pushing, { code: "ENGINE_CLOSED" });
      await trial.until("some are stored", async () => acknowledged.length >= 20);
      await child.kill();
      await ended;
      const records = await trial.engine.inspect.get(acknowledged);
      assert.ok(records.every((record) => record?.state === "ready"));
    },

    "others start, push and hear after a process was killed": async (trial) => {
      const killed = await EngineProcess.start(trial);
      await killed.engine.bus.subscribe("news", () => {});
      await killed.kill();
      const { engine } = await EngineProcess.start(trial);
      const heard: unknown[] = [];
      await engine.bus.subscribe("news", (message) => heard.push(message));
      await trial.engine.bus.publish("news", "after");
      await trial.until("it is heard", async () => heard.length === 1);
      await trial.pushOne();
      await (await trial.worker({ engine })).claimOne();
    },
  },
  "processes",
);

function countDone(trial: Trial): Promise<number> {
  return trial.engine.inspect.count({ queues: ["done"] });
}
