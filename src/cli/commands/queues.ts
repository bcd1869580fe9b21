import type { Command } from "commander";
import type { App } from "../../app/index.ts";
import type { QueueStatistics } from "../../engine/index.ts";
import { readName, readNameAmong } from "../arguments.ts";
import { confirm } from "../confirm.ts";
import { type ExitCode, exitCode } from "../exit-code.ts";
import { age } from "../job-view.ts";
import { type JsonObject, printDocument, printNote, printRows } from "../output.ts";
import { type GlobalFlags, withStore } from "../session.ts";
import { addExamples, type Finish } from "../shared-options.ts";
import type { Column } from "../table.ts";
import { counted, printable } from "../text.ts";

interface PurgeFlags extends GlobalFlags {
  readonly dryRun?: boolean;
  readonly yes?: boolean;
}

/** Adds `lovage queues` with its commands. */
export function addQueuesCommand(program: Command, finish: Finish): void {
  const queues = program
    .command("queues")
    .summary("look at queues, pause, resume and purge them")
    .description("Looks at queues, pauses, resumes and purges them. Alone it lists them.");
  const list = queues
    .command("list", { isDefault: true })
    .summary("list queues with what is in them")
    .description("Lists every queue with its depth, and for how long its oldest ready job has been waiting.");
  list.action(async () => finish(await listQueues(list.optsWithGlobals<GlobalFlags>())));
  addSwitch(queues, finish, "pause", "paused", "gives out no more jobs of queues; running ones end", (app, queue) =>
    app.engine.inspect.pause(queue),
  );
  addSwitch(queues, finish, "resume", "resumed", "gives out the jobs of queues again", (app, queue) =>
    app.engine.inspect.resume(queue),
  );
  addPurge(queues, finish);
  addExamples(queues, [
    ["lovage queues", "depth, oldest, paused"],
    ["lovage queues pause mail", "stop giving out its jobs"],
  ]);
}

function addSwitch(
  queues: Command,
  finish: Finish,
  verb: string,
  past: string,
  summary: string,
  apply: (app: App, queue: string) => Promise<void>,
): void {
  const command = queues
    .command(verb)
    .argument("<names...>", "queues", readNameAmong)
    .summary(summary)
    .description(`${summary[0]?.toUpperCase()}${summary.slice(1)}. It lasts, through restarts of everything.`);
  command.action(async (names: readonly string[]) => {
    const flags = command.optsWithGlobals<GlobalFlags>();
    const code = await withStore(flags, async (app) => {
      for (const name of names) {
        await apply(app, name);
        printDocument(flags, { queue: name, operation: verb }, () => `${past} ${printable(name)}`);
      }
      return exitCode.ok;
    });
    finish(code);
  });
}

function addPurge(queues: Command, finish: Finish): void {
  const command = queues
    .command("purge")
    .argument("<name>", "the queue", readName)
    .summary("remove all jobs of a queue that have not started")
    .description("Removes every job of a queue that is ready or scheduled. Running and finished ones stay.")
    .option("--dry-run", "only say how many it would be")
    .option("--yes", "do not ask; needed where there is no terminal");
  command.action(async (name: string) => finish(await purge(name, command.optsWithGlobals<PurgeFlags>())));
}

function purge(queue: string, flags: PurgeFlags): Promise<ExitCode> {
  const dryRun = flags.dryRun === true;
  return withStore(flags, async (app) => {
    if (!dryRun && flags.yes !== true) {
      const { removed } = await app.engine.inspect.purge({ queue, dryRun: true });
      if (removed > 0 && !(await confirm(`remove ${counted(removed, "job")} of queue ${JSON.stringify(queue)}?`))) {
        printNote(flags, "Nothing was done.");
        return exitCode.error;
      }
    }
    const { removed } = await app.engine.inspect.purge({ queue, dryRun });
    const done = dryRun ? "would be removed" : "removed";
    printDocument(
      flags,
      { queue, operation: "purge", dryRun, removed },
      () => `${counted(removed, "job")} of ${printable(queue)} ${done}`,
    );
    return removed === 0 ? exitCode.notFound : exitCode.ok;
  });
}

function listQueues(flags: GlobalFlags): Promise<ExitCode> {
  return withStore(flags, async (app) => {
    const nowMs = app.clock.now();
    printRows(flags, await app.engine.inspect.queues(), {
      toJson: (queue) => queueToJson(queue, nowMs),
      columns: queueColumns(nowMs),
      empty: "No queue has unfinished jobs or is paused.",
    });
    return exitCode.ok;
  });
}

function queueToJson(queue: QueueStatistics, nowMs: number): JsonObject {
  const { oldestReadyAt, ...counts } = queue;
  if (oldestReadyAt === undefined) return counts;
  return {
    ...counts,
    oldestReadyAt: new Date(oldestReadyAt).toISOString(),
    oldestReadyAgeMs: Math.max(0, nowMs - oldestReadyAt),
  };
}

function queueColumns(nowMs: number): readonly Column<QueueStatistics>[] {
  return [
    { title: "QUEUE", cell: ({ queue }) => queue },
    { title: "READY", cell: ({ ready }) => String(ready), align: "right" },
    { title: "ACTIVE", cell: ({ active }) => String(active), align: "right" },
    { title: "SCHEDULED", cell: ({ scheduled }) => String(scheduled), align: "right" },
    { title: "WAITING", cell: ({ waiting }) => String(waiting), align: "right" },
    {
      title: "OLDEST",
      cell: ({ oldestReadyAt }) => (oldestReadyAt === undefined ? "-" : age(oldestReadyAt, nowMs)),
      align: "right",
    },
    { title: "", cell: ({ paused }) => (paused ? "paused" : ""), colour: () => "yellow" },
  ];
}
