import assert from "node:assert/strict";
import type { Payload } from "../../../kernel/job.ts";
import { type ConformanceTest, definePart } from "../part.ts";
import { EngineProcess } from "../processes/engine-process.ts";
import { pushRequest, type Trial } from "../trial.ts";

export const processTests: readonly ConformanceTest[] = definePart(
  "processes",
  {
    "what one process pushes, another runs, and the first sees": async (trial) => {
      const { engine } = await EngineProcess.start(trial);
      const id = await trial.pushOne({ input: "in" });
      const worker = await trial.worker({ engine });
      const job = await worker.claimOne();
      assert.partialDeepStrictEqual(job, { id, input: "in" });
      await engine.jobs.progress([{ ...job, progress: "half" }]);
      assert.partialDeepStrictEqual(await trial.get(id), { state: "active", progress: "half", worker: worker.id });
      await worker.succeed(job, new Uint8Array([1, 2]));
      assert.deepEqual([...((await trial.get(id)).result ?? [])], [1, 2]);
    },

    "processes that claim at the same time never overlap": async (trial) => {
      const engines = [trial.engine, ...(await startMany(trial, 2)).map(({ engine }) => engine)];
      const ids = await trial.push(...Array.from({ length: 150 }, () => ({})));
      const workers = await Promise.all(engines.map((engine) => trial.worker({ engine })));
      const claims = await Promise.all(workers.flatMap((worker) => Array.from({ length: 10 }, () => worker.claim(5))));
      const claimed = claims.flat().map(({ id }) => id);
      assert.deepEqual(claimed.sort(), [...ids].sort());
    },

    "processes that start at the same time share one new store": async (trial) => {
      const reference = { store: `${trial.reference.store}-new`, namespace: trial.reference.namespace };
      const children = await Promise.all(Array.from({ length: 4 }, () => EngineProcess.fork(trial, reference)));
      trial.onEnd(async () => trial.adapter.discard?.(reference));
      await Promise.all(children.map(({ engine }) => engine.start()));
      const replies = await Promise.all(children.map(({ engine }) => engine.jobs.push([pushRequest([{}])])));
      assert.ok(replies.flat().every(({ status }) => status === "stored"));
      for (const { engine } of children) assert.equal(await engine.inspect.count({}), 4);
    },

    "a pause in one process holds in the others": async (trial) => {
      const { engine } = await EngineProcess.start(trial);
      const id = await trial.pushOne();
      const worker = await trial.worker({ engine });
      await trial.engine.inspect.pause("queue");
      assert.deepEqual(await worker.claim(1), []);
      await trial.engine.inspect.resume("queue");
      assert.equal((await worker.claimOne()).id, id);
    },

    "keys hold across processes": async (trial) => {
      const children = await startMany(trial, 3);
      const key = { key: "k", inputHash: "h", ttlMs: 60_000 };
      const keyed = await Promise.all(children.map(({ engine }) => engine.jobs.push([pushRequest([{ key }])])));
      const outcomes = keyed.flat().map((reply) => (reply.status === "stored" ? reply.jobs[0]?.outcome : reply.status));
      assert.deepEqual(outcomes.sort(), ["created", "existing", "existing"]);
    },

    "depths hold across processes": async (trial) => {
      const children = await startMany(trial, 3);
      const maxDepth = { small: 2 };
      const request = () => pushRequest([{ queue: "small" }], { maxDepth });
      const limited = await Promise.all(children.map(({ engine }) => engine.jobs.push([request(), request()])));
      const statuses = limited.flat().map(({ status }) => status);
      assert.equal(statuses.filter((status) => status === "stored").length, 2);
    },

    "a revoke reaches the worker of another process": async (trial) => {
      const { engine } = await EngineProcess.start(trial);
      const id = await trial.pushOne();
      const worker = await trial.worker({ engine });
      const job = await worker.claimOne();
      const selection = { ids: [id] };
      await trial.engine.inspect.revoke({ selection, dryRun: false, reason: "stop", retainMs: 60_000 });
      assert.partialDeepStrictEqual(await worker.beat([job]), { revoked: [{ id, reason: "stop" }] });
    },

    "a push wakes workers of other processes, no more than there are jobs": async (trial) => {
      const children = await startMany(trial, 2);
      const interest = { queues: undefined, tasks: ["task"] };
      let woken = 0;
      const controller = new AbortController();
      trial.onEnd(async () => controller.abort());
      for (const { engine } of children) {
        for (const _ of [1, 2]) {
          void engine.jobs.arrival(interest, controller.signal).then(
            () => {
              woken += controller.signal.aborted ? 0 : 1;
            },
            (error) => assert.equal(error.code, "ENGINE_CLOSED"),
          );
        }
        await engine.inspect.get([]);
      }
      // The waits are announced to this process on their way, at an unknown time: a job is pushed until one is heard.
      let pushed = 0;
      await trial.until("one wakes", async () => {
        if (woken === 0) {
          await trial.pushOne();
          pushed += 1;
        }
        await trial.pass(100);
        return woken > 0;
      });
      assert.ok(woken <= pushed, `${pushed} jobs woke ${woken}`);
    },

    "changes are heard across processes, both ways": async (trial) => {
      const { engine } = await EngineProcess.start(trial);
      const [here, there]: [string[], string[]] = [[], []];
      await trial.engine.jobs.changes((changes) => here.push(...changes.map(({ id, state }) => `${id} ${state}`)));
      await engine.jobs.changes((changes) => there.push(...changes.map(({ id, state }) => `${id} ${state}`)));
      const id = await trial.pushOne();
      await trial.until("the push is heard there", async () => there.includes(`${id} ready`));
      const worker = await trial.worker({ engine });
      await worker.succeed(await worker.claimOne());
      await trial.until("the end is heard here", async () => here.includes(`${id} succeeded`));
    },

    "messages cross in order, of up to 1 MB, both ways": async (trial) => {
      const { engine } = await EngineProcess.start(trial);
      const [here, there]: [Payload[], Payload[]] = [[], []];
      await trial.engine.bus.subscribe("news", (message) => here.push(message));
      await engine.bus.subscribe("news", (message) => there.push(message));
      const large = "☂".repeat(333_333);
      const sent = [...Array.from({ length: 100 }, (_, index) => String(index)), large, "end"];
      for (const message of sent) await engine.bus.publish("news", message);
      await trial.until("all are heard", async () => here.length === sent.length && there.length === sent.length);
      assert.ok(
        here.every((message, index) => message === sent[index]),
        "here, in order",
      );
      assert.ok(
        there.every((message, index) => message === sent[index]),
        "there, in order",
      );
      await trial.engine.bus.publish("news", new Uint8Array([7]));
      await trial.until("it is heard there", async () => there.length > sent.length);
      assert.deepEqual([...(there.at(-1) ?? [])], [7]);
    },

    "what is published once a subscription is in effect is heard": async (trial) => {
      const { engine } = await EngineProcess.start(trial);
      for (let round = 0; round < 30; round += 1) {
        let heard = 0;
        const subscription = await engine.bus.subscribe(`topic ${round}`, () => {
          heard += 1;
        });
        await trial.engine.bus.publish(`topic ${round}`, "at once");
        await trial.until(`round ${round} is heard`, async () => heard === 1);
        await subscription.close();
      }
    },

    "a process that ends well leaves the others as they were": async (trial) => {
      const [first, second] = await startMany(trial, 2);
      assert.ok(first !== undefined && second !== undefined);
      await first.end();
      const id = await trial.pushOne();
      const worker = await trial.worker({ engine: second.engine });
      assert.equal((await worker.claimOne()).id, id);
    },
  },
  "processes",
);

function startMany(trial: Trial, count: number): Promise<readonly EngineProcess[]> {
  return Promise.all(Array.from({ length: count }, () => EngineProcess.start(trial)));
}
