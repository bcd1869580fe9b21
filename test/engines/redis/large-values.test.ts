import { expect, onTestFinished } from "vitest";
import { newId } from "../../../src/kernel/id.ts";
import { testRequiring } from "../../support/requirement.ts";
import { redisProgram, startRedis } from "../../support/servers/index.ts";
import { newJob, openEngine, push, registerWorker } from "./setup.ts";

const test = testRequiring(redisProgram);

// Redis' Lua hashes what it is given, and keeps it to the end of the script: 1,500 results of 500 kB took 750 MB, and the
// server answered nobody for 8 s.
test("a job that a filter does not fit is not read as a whole", async () => {
  const redis = await startRedis();
  onTestFinished(() => redis.close());
  const engine = await openEngine(redis.url);
  const input = JSON.stringify("x".repeat(1_000_000));
  for (let number = 0; number < 50; number += 1) expect(await push(engine, newJob({ input }))).toBe("stored");
  const filter = { tasks: ["another"] };
  expect(await engine.inspect.list({ filter, cursor: undefined, limit: 10 })).toEqual([]);
  expect(await engine.inspect.remove({ selection: { filter }, dryRun: false })).toEqual({ changed: 0, skipped: [] });
  const usedByLua = /used_memory_lua:(\d+)/.exec(String(await redis.ask("INFO", "memory")))?.[1];
  expect(Number(usedByLua)).toBeLessThan(10_000_000);
});

// In one reply they would be 30 MiB; of hundreds of results more than the server or a client can take, again and again.
test("jobs that are given more than fits into the reply to a claim have it all the same", async () => {
  const redis = await startRedis();
  onTestFinished(() => redis.close());
  const engine = await openEngine(redis.url);
  await registerWorker(engine);
  const result = JSON.stringify("x".repeat(1_000_000));
  const workflow = newId();
  const sums = [5, 20, 5].map((slots) => newJob({ node: { workflow, slots, links: [] } }));
  const header = sums.flatMap(({ id, node }) =>
    Array.from({ length: node?.slots ?? 0 }, (_, slot) =>
      newJob({ node: { workflow, slots: 0, links: [{ to: id, slot, on: "success" as const }] } }),
    ),
  );
  await engine.jobs.push([{ jobs: [...header, ...sums], maxDepth: {}, deadlineAt: Date.now() + 10_000 }]);
  const claim = { max: 100, alone: false, retainMs: 60_000, queues: undefined, tasks: ["task"] };
  const first = await engine.jobs.exchange({ worker: "worker", exchange: 1, settlements: [], claim });
  expect(first.claimed).toHaveLength(30);
  for (const { id, fence, receipt } of first.claimed) {
    const settlement = {
      id,
      fence,
      receipt,
      outcome: { kind: "succeeded" as const, result, retainMs: 60_000 },
      effects: [],
    };
    await engine.jobs.exchange({ worker: "worker", exchange: 2, settlements: [settlement], claim: undefined });
  }
  const { claimed } = await engine.jobs.exchange({ worker: "worker", exchange: 3, settlements: [], claim });
  expect(claimed.map(({ id }) => id)).toEqual(sums.map(({ id }) => id));
  for (const { node, filled } of claimed) {
    expect(filled?.map(({ slot }) => slot)).toEqual(Array.from({ length: node?.slots ?? 0 }, (_, slot) => slot));
    expect(filled?.every(({ ending }) => ending.state === "succeeded" && ending.result === result)).toBe(true);
  }
});
