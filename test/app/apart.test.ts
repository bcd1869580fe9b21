import { rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { chain, lovage } from "lovage";
import { describe, expect, onTestFinished, test } from "vitest";
import type { LovageOptions } from "../../src/app/index.ts";
import { newId } from "../../src/kernel/id.ts";
import { silentLogger } from "../../src/kernel/logger.ts";

function open(options: LovageOptions) {
  const app = lovage({ logger: silentLogger, worker: { grace: "5s", poll: "50ms" }, ...options });
  onTestFinished(() => app.close());
  return { app, double: app.task({ name: "double", run: async (n: number) => n * 2 }) };
}

function temporaryUrl(): string {
  const path = join(tmpdir(), `lovage-apart-${newId()}.db`);
  onTestFinished(() => {
    for (const suffix of ["", "-wal", "-shm", "-turns"]) rmSync(path + suffix, { force: true });
  });
  return `sqlite:${path}`;
}

function mistakesOf(options: object): unknown {
  try {
    Reflect.apply(lovage, undefined, [options]);
  } catch (error) {
    return error instanceof Error ? error.message : error;
  }
  return undefined;
}

describe("results elsewhere", () => {
  test("a result is had while its job is in the broker, and after it has moved", async () => {
    const results = temporaryUrl();
    const { app, double } = open({ broker: temporaryUrl(), results });
    await app.worker().start();
    const result = await double.delay(21);
    expect(await result.get({ timeout: "10s" })).toBe(42);
    const { app: archive } = open({ url: results, namespace: "lovage_results" });
    await archive.start();
    await expect.poll(() => archive.engine.inspect.count({}), { timeout: 10_000 }).toBe(1);
    expect(await result.get()).toBe(42);
  });

  test("the kind and the capabilities say what was composed", () => {
    const { app } = open({ broker: "redis://127.0.0.1:1", results: temporaryUrl() });
    expect(app.engine.kind).toBe("redis+sqlite");
    expect(app.engine.capabilities).toEqual({ transactions: false, processes: true, results: true });
  });
});

describe('results: "none"', () => {
  test("jobs run and are gone; what would need a result is refused at once, with a code", async () => {
    const { app, double } = open({ broker: temporaryUrl(), results: "none" });
    const scheduled = await double.delay(1, { countdown: "1h" });
    expect(await scheduled.state()).toBe("scheduled");
    await scheduled.revoke();
    const result = await double.delay(21);
    const code = { code: "CAPABILITY_MISSING" };
    await expect(result.get()).rejects.toMatchObject(code);
    await expect(result.watch().next()).rejects.toMatchObject(code);
    await expect(result.retry()).rejects.toMatchObject(code);
    await expect(app.engine.inspect.count({ states: ["failed"] })).rejects.toMatchObject(code);
    expect(await app.engine.inspect.count({})).toBe(1);
    await app.worker().drain();
    for (const gone of [scheduled, result]) await expect(gone.state()).rejects.toMatchObject({ code: "JOB_NOT_FOUND" });
    expect(await app.engine.inspect.list({ filter: {}, cursor: undefined, limit: 10 })).toEqual([]);
  });

  test("keys go on naming a job that has ended and gone", async () => {
    const { app, double } = open({ url: temporaryUrl(), results: "none" });
    const first = await double.delay(1, { key: "k" });
    expect(await double.delay(1, { key: "k" })).toMatchObject({ id: first.id, outcome: "existing" });
    await app.worker().drain();
    expect(await double.delay(1, { key: "k" })).toMatchObject({ id: first.id, outcome: "existing" });
    await expect(double.delay(2, { key: "k" })).rejects.toMatchObject({ code: "KEY_CONFLICT" });
  });

  test("a step of a chain is given what the one before returned", async () => {
    const { app, double } = open({ broker: temporaryUrl(), results: "none" });
    const given: number[] = [];
    const note = app.task({ name: "note", run: (n: number) => void given.push(n) });
    await chain(double.signature(21), double.signature(), note.signature()).delay();
    await app.worker().drain();
    expect(given).toEqual([84]);
  });

  test("finished jobs leave the broker by themselves", async () => {
    const broker = temporaryUrl();
    const { app, double } = open({ broker, results: "none" });
    await app.worker().start();
    await double.delay(1);
    const { app: inside } = open({ url: broker });
    await inside.start();
    await expect.poll(() => inside.engine.inspect.count({}), { timeout: 10_000 }).toBe(0);
  });

  test("a task that wants its result kept is refused where it is defined", () => {
    const { app } = open({ broker: "memory:", results: "none" });
    expect(() => app.task({ name: "kept", result: "keep", run: () => 1 })).toThrow(/result is "keep"/);
    expect(mistakesOf({ broker: "memory:", results: "none", task: { result: "keep" } })).toMatch(
      /task.result is "keep"/,
    );
  });
});

describe("refused at the start", () => {
  test.each([
    [{ engine: {}, results: "none" }, /engine and results are both given/],
    [{ broker: "redis://127.0.0.1" }, /broker is given without results/],
    [{ url: "memory:", broker: "memory:", results: "sqlite:a.db" }, /url and broker are both given/],
    [{ url: "sqlite:a.db", results: "sqlite:a.db" }, /results is the url itself/],
    [{ broker: "sqlite:a.db", results: 7 }, /results is 7, not a URL/],
    [{ broker: 7, results: "sqlite:a.db" }, /broker is 7, not a URL/],
    [{ broker: "sqlite:a.db", results: "memory:" }, /ends with its process/],
    [{ broker: "sqlite:a.db", results: "oracle:x" }, /No engine answers to "oracle:"/],
    [{ broker: "memory:", results: "sqlite:a.db", namespace: "a".repeat(24) }, /at most 23 characters/],
  ])("%j", (options, message) => {
    expect(mistakesOf(options)).toMatch(message);
  });
});
