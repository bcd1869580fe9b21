import { expect, onTestFinished } from "vitest";
import { testRequiring } from "../../support/requirement.ts";
import { redisSentinelProgram, startRedisSentinel } from "../../support/servers/index.ts";
import { openApp, until } from "./setup.ts";

const test = testRequiring(redisSentinelProgram);

test("after a failover the worker claims from the new master within 5 s", async () => {
  const group = await startRedisSentinel({ appendfsync: "always" });
  onTestFinished(() => group.close());
  const hosts = group.sentinels.map(({ port }) => `127.0.0.1:${port}`).join(",");
  const { app } = openApp(`redis+sentinel://${hosts}/${group.name}`);
  const done: number[] = [];
  const task = app.task({ name: "task", run: async ({ n }: { n: number }) => void done.push(n) });
  await app.worker().start();
  await task.delay({ n: 1 });
  await until("it is done", () => done.includes(1) || undefined);
  await group.master.kill();
  await until("the sentinels name another", async () => {
    const url = await group.masterUrl().catch(() => undefined);
    return url === group.replica.url || undefined;
  });
  const namedAt = performance.now();
  await until("a push is taken", () =>
    task.delay({ n: 2 }).then(
      () => true,
      () => undefined,
    ),
  );
  await until("it is done", () => done.includes(2) || undefined);
  expect(performance.now() - namedAt).toBeLessThan(5_000);
}, 60_000);
