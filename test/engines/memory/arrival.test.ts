import { expect, test } from "vitest";
import { createMemoryEngine } from "../../../src/engines/memory/index.ts";
import { newId } from "../../../src/kernel/id.ts";

const interest = { queues: undefined, tasks: ["task"] };
const { signal } = new AbortController();

test("a job that arrives between a claim and the wait is not missed, and is told once", async () => {
  const engine = createMemoryEngine();
  await engine.start();
  const job = { id: newId(), task: "task", queue: "queue", priority: 5, input: undefined, headers: undefined };
  const rest = { due: undefined, expires: undefined, ack: "late", key: undefined } as const;
  await engine.jobs.push([{ jobs: [{ ...job, ...rest }], maxDepth: {}, deadlineAt: Number.POSITIVE_INFINITY }]);
  await engine.jobs.arrival(interest, signal);
  const second = engine.jobs.arrival(interest, signal).then(
    () => "woken",
    (error) => error.code,
  );
  await engine.stop();
  expect(await second).toBe("ENGINE_CLOSED");
});
