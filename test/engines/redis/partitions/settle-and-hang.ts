import { once } from "node:events";
import { createRedisEngine } from "../../../../src/engines/redis/index.ts";
import { newJob, registerWorker } from "../setup.ts";

// Claims the one job there is, and settles it when it is told to, with a push into another partition.
const [, , url = "", next = ""] = process.argv;
const engine = createRedisEngine({ url });
await engine.start();
await registerWorker(engine);
const claim = { tasks: ["task"], queues: undefined, max: 1, alone: false, retainMs: 1_000 };
const { claimed } = await engine.jobs.exchange({ worker: "worker", exchange: 1, settlements: [], claim });
process.stdout.write(`claimed ${claimed.length}`);
await once(process.stdin, "data");
const settlements = claimed.map(({ id, fence, receipt }) => ({
  ...{ id, fence, receipt },
  outcome: { kind: "succeeded", result: "1", retainMs: 60_000 } as const,
  effects: [{ kind: "push", job: newJob({ id: next, queue: "next" }) } as const],
}));
await engine.jobs.exchange({ worker: "worker", exchange: 2, settlements, claim: undefined });
