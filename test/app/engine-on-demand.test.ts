import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { createEngine } from "../../src/app/engines.ts";
import type { Engine } from "../../src/engine/index.ts";
import { createMemoryEngine } from "../../src/engines/memory/index.ts";
import { createRedisEngine } from "../../src/engines/redis/index.ts";
import { createSqliteEngine } from "../../src/engines/sqlite/index.ts";
import { systemClock } from "../../src/kernel/clock.ts";
import { silentLogger } from "../../src/kernel/logger.ts";

function temporaryUrl(): string {
  const folder = mkdtempSync(join(tmpdir(), "lovage-engine-"));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return `sqlite:${join(folder, "jobs.db")}`;
}

function create(url: string): Engine {
  return createEngine({ url, namespace: "lovage", clock: systemClock, logger: silentLogger });
}

const own: Readonly<Record<string, () => Engine>> = {
  "memory:": () => createMemoryEngine({}),
  "sqlite:jobs.db": () => createSqliteEngine({ path: "jobs.db" }),
  "redis://127.0.0.1": () => createRedisEngine({ url: "redis://127.0.0.1" }),
};

test.each(Object.entries(own))("what is said of %s before its code is there is what it says itself", (url, make) => {
  const { kind, capabilities } = create(url);
  const engine = make();
  expect({ kind, capabilities }).toEqual({ kind: engine.kind, capabilities: engine.capabilities });
});

test("a mistake in the URL is told at once", () => {
  expect(() => create("redis://127.0.0.1?speed=high")).toThrow(expect.objectContaining({ code: "OPTIONS_INVALID" }));
  expect(() => create("sqlite:")).toThrow(expect.objectContaining({ code: "OPTIONS_INVALID" }));
});

test("an engine answers as itself before its start and after, and ends", async () => {
  const engine = create(temporaryUrl());
  expect(await engine.maintenance.migrate({ dryRun: true })).toMatchObject({ from: 0 });
  await expect(engine.inspect.count({})).rejects.toMatchObject({ code: "ENGINE_CLOSED" });
  await engine.start();
  expect(await engine.inspect.count({})).toBe(0);
  expect(engine.liveness.renewal?.module).toContain("sqlite");
  await engine.stop();
  await expect(engine.inspect.count({})).rejects.toMatchObject({ code: "ENGINE_CLOSED" });
});

test("an engine that was never used has nothing to end", async () => {
  await create(temporaryUrl()).stop();
});
