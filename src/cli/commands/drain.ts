import type { Command } from "commander";
import type { Duration } from "../../kernel/duration.ts";
import { readDuration } from "../arguments.ts";
import { type ExitCode, exitCode } from "../exit-code.ts";
import { printDocument, printNote } from "../output.ts";
import { withApp } from "../session.ts";
import { addExamples, type Finish } from "../shared-options.ts";
import { withStopSignals } from "../stop-signals.ts";
import { addWorkerOptions, setLogFormat, type WorkerFlags, workerOptions } from "../worker-options.ts";

interface DrainFlags extends WorkerFlags {
  readonly timeout?: Duration;
}

/** Adds `lovage drain`. */
export function addDrainCommand(program: Command, finish: Finish): void {
  const command = program
    .command("drain")
    .argument("<modules...>", "the modules that define the tasks, or globs")
    .summary("run what is there, then end")
    .description(
      "Runs the jobs that are ready, and those that they push, then ends: for cron jobs and serverless functions. Jobs that are due later stay. Ends with code 5 if the time ran out first.",
    );
  addWorkerOptions(command).option("--timeout <duration>", "take no more jobs after so long", readDuration);
  addExamples(command, [["lovage drain 'src/**/tasks.ts' --timeout 50s", "from a cron job of every minute"]]);
  command.action(async (modules: readonly string[]) =>
    finish(await drain(modules, command.optsWithGlobals<DrainFlags>())),
  );
}

function drain(modules: readonly string[], flags: DrainFlags): Promise<ExitCode> {
  setLogFormat(flags);
  return withApp({ ...flags, module: modules }, async (app) => {
    const worker = app.worker(workerOptions(flags));
    const { complete, outcomes } = await withStopSignals(worker, app.logger, () =>
      worker.drain(flags.timeout === undefined ? {} : { timeout: flags.timeout }),
    );
    printDocument(flags, { complete, outcomes: { ...outcomes } }, () => describe(outcomes));
    if (!complete) printNote(flags, "The time ran out, or a signal came, before everything had run.");
    return complete ? exitCode.ok : exitCode.timeout;
  });
}

function describe(outcomes: Readonly<Record<string, number>>): string {
  const parts = Object.entries(outcomes).filter(([, count]) => count > 0);
  return parts.length === 0 ? "Nothing to do." : parts.map(([kind, count]) => `${count} ${kind}`).join(", ");
}
