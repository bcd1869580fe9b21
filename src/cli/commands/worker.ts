import type { Command } from "commander";
import type { ExitCode } from "../exit-code.ts";
import { withApp } from "../session.ts";
import { addExamples, type Finish } from "../shared-options.ts";
import { addProcessOptions, addWorkerOptions, setLogFormat, type WorkerFlags } from "../worker-options.ts";

/** Adds `lovage worker`. */
export function addWorkerCommand(program: Command, finish: Finish): void {
  const command = program
    .command("worker")
    .argument("<modules...>", "the modules that define the tasks, .ts or .js, or globs")
    .summary("run jobs until told to stop")
    .description(
      "Runs the jobs of the tasks that the given modules define. With --processes a supervisor starts so many and replaces those that end. SIGTERM or SIGINT stops it warm: it takes no more jobs and lets running ones finish for the time of grace; a second signal, half a second later or more, stops it cold. Jobs that were not finished run elsewhere.",
    );
  addWorkerOptions(command);
  addProcessOptions(command);
  addExamples(command, [
    ["lovage worker src/tasks.ts", "one process, 10 jobs at once"],
    ["lovage worker src/tasks.ts --processes 4 --max-memory 512mb", "four, each replaced when it grows"],
    ["lovage worker 'src/**/tasks.ts' --concurrency 50 --queues mail,default", "tasks in many modules, two queues"],
  ]);
  command.action(async (modules: readonly string[]) =>
    finish(await work(modules, command.optsWithGlobals<WorkerFlags>())),
  );
}

/** Alone unless there is something to supervise: a process that ends itself needs another that replaces it. */
function work(modules: readonly string[], flags: WorkerFlags): Promise<ExitCode> {
  setLogFormat(flags);
  return withApp({ ...flags, module: modules }, async (app) => {
    const { isSupervised } = await import("../../worker/index.ts");
    const wantsMany = flags.processes !== undefined || flags.maxJobs !== undefined || flags.maxMemory !== undefined;
    if (isSupervised() || !wantsMany) return (await import("../work-alone.ts")).workAlone(app, flags);
    return (await import("../work-supervised.ts")).workSupervised(app, flags);
  });
}
