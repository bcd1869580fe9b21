import { afterEach, beforeEach, describe, expect, test } from "vitest";
import type { WorkerOptions } from "../../../src/index.ts";
import { Database, Program } from "../support/program.ts";
import { LogBook } from "../support/workshop.ts";
import { makeTasks, type TestTasks } from "./fixtures/tasks.ts";

// What a worker that has ended may still hold: its standard streams, which are the test's pipes.
const HARMLESS = new Set(["PipeWrap"]);

let database: Database;
let tasks: TestTasks;
let programs: Program[];

beforeEach(() => {
  database = new Database();
  process.env.LOVAGE_URL = database.url;
  tasks = makeTasks(new LogBook());
  programs = [];
});
afterEach(async () => {
  for (const program of programs) program.kill("SIGKILL");
  await Promise.all(programs.map((program) => program.ended()));
  await tasks.app.close();
  database.remove();
});

async function startWorker(options: WorkerOptions = {}): Promise<Program> {
  const program = new Program("worker", { LOVAGE_URL: database.url, TEST_WORKER_OPTIONS: JSON.stringify(options) });
  programs.push(program);
  await program.line("ready");
  return program;
}

describe("signals", () => {
  test("SIGTERM finishes what runs, and the process ends with nothing left open", async () => {
    const worker = await startWorker();
    const result = await tasks.slow.delay({ ms: 500 });
    await worker.line("slow started");
    worker.kill("SIGTERM");
    expect(await worker.ended()).toEqual({ code: 0, signal: null });
    expect(await result.get()).toBe(`slept in ${worker.pid}`);
    const [end] = worker.find("ended");
    expect(end).toMatchObject({ reason: "stopped" });
    const resources = Array.isArray(end?.resources) ? end.resources : ["unknown"];
    expect(resources.filter((name) => !HARMLESS.has(name))).toEqual([]);
  });

  test("after the grace the job is given back and runs elsewhere, without counting anything", async () => {
    const first = await startWorker({ grace: 200 });
    const result = await tasks.slow.delay({ ms: 3_000 });
    await first.line("slow started");
    first.kill("SIGTERM");
    expect(await first.ended()).toMatchObject({ code: 0 });
    const second = await startWorker();
    await second.line("slow started");
    expect(await tasks.app.engine.inspect.get([result.id])).toMatchObject([
      { failures: 0, crashes: 0, state: "active" },
    ]);
  });

  test("a second SIGTERM gives everything back at once, deaf handlers or not", async () => {
    const worker = await startWorker({ grace: "10m" });
    const result = await tasks.deaf.delay();
    await worker.line("deaf started");
    worker.kill("SIGTERM");
    await worker.line("signal");
    worker.kill("SIGTERM");
    await worker.line("left running");
    expect(await result.state()).toBe("ready");
    // The deaf handler's own timer is all that keeps it.
    await worker.line("ended");
  });
});

describe("a worker that is killed", () => {
  test("loses its jobs to another within two leases", async () => {
    const options = { lease: "1s" } as const;
    const first = await startWorker(options);
    const result = await tasks.slow.delay({ ms: 100 });
    const { id } = await first.line("slow started");
    expect(id).toBe(result.id);
    const doomed = await tasks.deaf.delay();
    await first.line("deaf started");
    const second = await startWorker(options);
    first.kill("SIGKILL");
    const killedAt = Date.now();
    const line = await second.line("rescued from a lost worker");
    expect(line).toMatchObject({ id: doomed.id, task: "deaf", crashes: 1 });
    expect(Date.now() - killedAt).toBeLessThan(4_000);
    await second.line("deaf started");
  });

  test("with the default lease, in under 20 seconds", { timeout: 60_000 }, async () => {
    const first = await startWorker();
    const second = await startWorker();
    const doomed = await tasks.deaf.delay();
    const victim = await Promise.race([
      first.line("deaf started").then(() => first),
      second.line("deaf started").then(() => second),
    ]);
    const heir = victim === first ? second : first;
    victim.kill("SIGKILL");
    const killedAt = Date.now();
    expect(await heir.line("deaf started")).toMatchObject({ id: doomed.id });
    expect(Date.now() - killedAt).toBeLessThan(20_000);
  });
});

describe("a handler that blocks the event loop", () => {
  test("keeps its lease, by the thread, for several leases", async () => {
    const worker = await startWorker({ lease: "1s", lagWarning: "500ms" });
    const other = await startWorker({ lease: "1s", queues: ["none"] });
    const result = await tasks.wedge.delay({ ms: 1_800 });
    expect(await result.get({ timeout: "20s" })).toBe("came through");
    expect(await worker.line("the event loop was blocked")).toMatchObject({ tasks: "wedge" });
    expect(other.find("rescued")).toEqual([]);
  });

  test("beyond its hard limit ends the process, and the job is rescued", async () => {
    const worker = await startWorker({ lease: "1s" });
    const other = await startWorker({ lease: "1s", queues: ["none"] });
    const result = await tasks.wedge.delay({ ms: 60_000 });
    const { signal } = await worker.ended();
    expect(signal).toBe("SIGKILL");
    const said = worker.rawErrors.join("\n");
    expect(said).toContain("the event loop is blocked beyond the hard time limit");
    expect(said).toContain("task=wedge");
    expect(await other.line("rescued from a lost worker")).toMatchObject({ id: result.id, crashes: 1 });
  });

  test("a process that was merely stopped for longer than the limit is not wedged", async () => {
    const worker = await startWorker({ lease: "30s" });
    const result = await tasks.slow.delay({ ms: 300 });
    await worker.line("slow started");
    worker.kill("SIGSTOP");
    await new Promise((resolve) => setTimeout(resolve, 3_500));
    worker.kill("SIGCONT");
    expect(await result.get({ timeout: "20s" })).toBe(`slept in ${worker.pid}`);
  });
});

test("a job starts within milliseconds in an idle worker of another process, also one that is due soon", async () => {
  const worker = await startWorker();
  const latenesses: number[] = [];
  for (let count = 0; count < 5; count += 1) {
    const due = await tasks.slow.delay({ ms: 0 }, { countdown: 100 });
    await due.get({ timeout: "10s" });
    const [record] = await tasks.app.engine.inspect.get([due.id]);
    latenesses.push((record?.startedAt ?? 0) - (record?.dueAt ?? 0));
  }
  expect(worker.find("slow started")).toHaveLength(5);
  const [least = -1, , median] = latenesses.toSorted((left, right) => left - right);
  expect(least).toBeGreaterThanOrEqual(0);
  // 10 ms on a quiet machine; without the hint it would be up to a second. A busy machine makes one late, not most.
  expect(median).toBeLessThan(300);
});

test("a running job hears of its revocation long before the next beat", async () => {
  const worker = await startWorker({ lease: "5m" });
  const result = await tasks.slow.delay({ ms: 60_000 });
  await worker.line("slow started");
  await result.revoke({ reason: "no longer wanted" });
  await expect(result.get({ timeout: "20s" })).rejects.toMatchObject({ code: "JOB_REVOKED" });
});
