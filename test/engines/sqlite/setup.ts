import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { onTestFinished } from "vitest";
import type { ClaimRequest, Engine, PushRequest, WorkerDescription } from "../../../src/engine/index.ts";
import { createSqliteEngine } from "../../../src/engines/sqlite/index.ts";
import { newId } from "../../../src/kernel/id.ts";
import type { NewJob } from "../../../src/kernel/job.ts";

/** The path of a database that is gone after the test. */
export function temporaryPath(): string {
  const folder = mkdtempSync(join(tmpdir(), "lovage-sqlite-"));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return join(folder, "jobs.db");
}

/** A started engine that is stopped after the test. */
export async function openEngine(path: string): Promise<Engine> {
  const engine = createSqliteEngine({ path });
  await engine.start();
  onTestFinished(() => engine.stop());
  return engine;
}

export function newJob(changes: Partial<NewJob> = {}): NewJob {
  return {
    id: newId(),
    task: "task",
    queue: "queue",
    priority: 5,
    input: "1",
    headers: undefined,
    due: undefined,
    expires: undefined,
    ack: "late",
    key: undefined,
    ...changes,
  };
}

export function pushRequest(...jobs: readonly NewJob[]): PushRequest {
  return { jobs, maxDepth: {}, deadlineAt: Date.now() + 10_000 };
}

export async function registerWorker(engine: Engine, id: string, tasks?: readonly string[]): Promise<void> {
  await engine.liveness.register(workerDescription(id, tasks), 60_000);
}

export function workerDescription(id: string, tasks: readonly string[] = ["task"]): WorkerDescription {
  return { id, host: "host", pid: process.pid, version: "1", queues: undefined, tasks, concurrency: 1 };
}

export function claimRequest(changes: Partial<ClaimRequest> = {}): ClaimRequest {
  return { queues: undefined, tasks: ["task"], max: 10, alone: false, retainMs: 60_000, ...changes };
}
