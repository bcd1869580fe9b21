import { expect, onTestFinished } from "vitest";
import { testRequiring } from "../../support/requirement.ts";
import { redisProgram, startRedis } from "../../support/servers/index.ts";
import { newJob, openEngine, push } from "./setup.ts";

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
