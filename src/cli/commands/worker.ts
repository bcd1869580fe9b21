import type { Command } from "commander";
import { announce } from "../banner.ts";
import { type ExitCode, exitCode } from "../exit-code.ts";
import { withApp } from "../session.ts";
import { addExamples, type Finish } from "../shared-options.ts";
import { withStopSignals } from "../stop-signals.ts";
import {
  addRecyclingOptions,
  addWorkerOptions,
  setLogFormat,
  type WorkerFlags,
  workerOptions,
} from "../worker-options.ts";

/** Adds `lovage worker`. */
export function addWorkerCommand(program: Command, finish: Finish): void {
  const command = program
    .command("worker")
    .argument("<modules...>", "the modules that define the tasks, .ts or .js, or globs")
    .summary("run jobs until told to stop")
    .description(
      "Runs the jobs of the tasks that the given modules define. SIGTERM or SIGINT stops it warm: it takes no more jobs and lets running ones finish for the time of grace; a second signal stops it cold. Jobs that were not finished run elsewhere.",
    );
  addWorkerOptions(command);
  addRecyclingOptions(command);
  addExamples(command, [
    ["lovage worker src/tasks.ts", "one process, 10 jobs at once"],
    ["lovage worker 'src/**/tasks.ts' --concurrency 50 --queues mail,default", "tasks in many modules, two queues"],
  ]);
  command.action(async (modules: readonly string[]) =>
    finish(await work(modules, command.optsWithGlobals<WorkerFlags>())),
  );
}

function work(modules: readonly string[], flags: WorkerFlags): Promise<ExitCode> {
  setLogFormat(flags);
  return withApp({ ...flags, module: modules }, async (app) => {
    const worker = app.worker(workerOptions(flags));
    return withStopSignals(worker, app.logger, async () => {
      await worker.start();
      announce(app, worker);
      await worker.ended;
      return exitCode.ok;
    });
  });
}
