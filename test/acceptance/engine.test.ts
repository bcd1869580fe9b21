import { chain, chord } from "lovage";
import { expect, onTestFinished } from "vitest";
import { testRequiring } from "../support/requirement.ts";
import { postgresProgram, redisProgram, startPostgres, startRedis } from "../support/servers/index.ts";
import { type Stage, stageOn } from "./stage.ts";

const waitFor = { timeout: "60s" } as const;
const TEST_MS = 120_000;

/** A server of a test's own that loses nothing which it has acknowledged. */
const servers = [
  { requirement: redisProgram, start: () => startRedis({ appendfsync: "always" }) },
  { requirement: postgresProgram, start: () => startPostgres() },
] as const;

for (const { requirement, start } of servers) {
  const scenario = (
    name: string,
    run: (stage: Stage, server: Awaited<ReturnType<typeof start>>) => Promise<void>,
  ): void =>
    testRequiring(requirement)(
      `${name}, on ${requirement.name}`,
      async () => {
        const server = await start();
        onTestFinished(() => server.close());
        await run(stageOn(server.url), server);
      },
      TEST_MS,
    );

  scenario("the engine restarts while tasks run: they end, and none runs twice", async (stage, server) => {
    await stage.worker();
    const results = await stage.tasks.slow.delayMany(Array.from({ length: 4 }, () => ({ ms: 1_500 })));
    await stage.hears("slow started", 4);
    await server.restart();
    for (const result of results) expect(await result.get(waitFor)).toMatch(/^slept in/);
    expect(stage.heard("slow started")).toHaveLength(4);
  });

  scenario("the engine is killed and comes back: consumption goes on, groups and chains too", async (stage, server) => {
    const { double, sum, slow } = stage.tasks;
    await stage.worker();
    const before = await chord(
      [slow.si({ ms: 1_500 }), slow.si({ ms: 1_500 })].map((one) => chain(one, double.si(2))),
      sum.s(),
    ).delay();
    await stage.hears("slow started", 2);
    await server.kill();
    await expect(double.delay(1)).rejects.toMatchObject({ name: expect.stringMatching(/Engine/) });
    await server.start();
    expect(await before.get(waitFor)).toBe(8);
    expect(await (await double.delay(4)).get(waitFor)).toBe(8);
    expect(await (await chain(chord([double.si(1), double.si(2)], sum.s()), double.s()).delay()).get(waitFor)).toBe(12);
  });
}
