import type { Command } from "commander";
import type { WorkerStatistics } from "../../engine/index.ts";
import { formatDuration } from "../../kernel/duration.ts";
import { type ExitCode, exitCode } from "../exit-code.ts";
import { age } from "../job-view.ts";
import { type JsonObject, printRows } from "../output.ts";
import { type GlobalFlags, withStore } from "../session.ts";
import type { Finish } from "../shared-options.ts";
import type { Column } from "../table.ts";
import { clip } from "../text.ts";

/** Adds `lovage workers`. */
export function addWorkersCommand(program: Command, finish: Finish): void {
  const command = program
    .command("workers")
    .summary("list the workers that live")
    .description(
      "Lists the worker processes that the engine knows, with what they take and how long their leases run.",
    );
  command.action(async () => finish(await workers(command.optsWithGlobals<GlobalFlags>())));
}

function workers(flags: GlobalFlags): Promise<ExitCode> {
  return withStore(flags, async (app) => {
    const nowMs = app.clock.now();
    printRows(flags, await app.engine.inspect.workers(), {
      toJson: (worker) => workerToJson(worker, nowMs),
      columns: workerColumns(nowMs),
      empty: "No workers. Start one with: lovage worker MODULE",
    });
    return exitCode.ok;
  });
}

function workerToJson(worker: WorkerStatistics, nowMs: number): JsonObject {
  const { startedAt, leaseUntil, ...facts } = worker;
  return {
    ...facts,
    startedAt: new Date(startedAt).toISOString(),
    leaseUntil: new Date(leaseUntil).toISOString(),
    lapsed: leaseUntil < nowMs,
  };
}

function workerColumns(nowMs: number): readonly Column<WorkerStatistics>[] {
  return [
    { title: "WORKER", cell: ({ id }) => id },
    { title: "HOST", cell: ({ host }) => clip(host, 24) },
    { title: "PID", cell: ({ pid }) => String(pid), align: "right" },
    { title: "ACTIVE", cell: ({ active, concurrency }) => `${active}/${concurrency}`, align: "right" },
    { title: "QUEUES", cell: ({ queues }) => clip(queues?.join(", ") ?? "all", 30) },
    { title: "TASKS", cell: ({ tasks }) => String(tasks.length), align: "right" },
    { title: "UP", cell: ({ startedAt }) => age(startedAt, nowMs), align: "right" },
    { title: "LEASE", cell: (worker) => lease(worker, nowMs), colour: (worker) => leaseColour(worker, nowMs) },
    { title: "VERSION", cell: ({ version }) => version },
  ];
}

function lease({ leaseUntil }: WorkerStatistics, nowMs: number): string {
  return leaseUntil < nowMs ? `lapsed ${age(leaseUntil, nowMs)} ago` : `for ${formatDuration(leaseUntil - nowMs)}`;
}

function leaseColour({ leaseUntil }: WorkerStatistics, nowMs: number): "red" | undefined {
  return leaseUntil < nowMs ? "red" : undefined;
}
