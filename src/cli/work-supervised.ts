import type { App } from "../app/index.ts";
import { ModuleInvalid } from "../kernel/errors.ts";
import type { WorkerSettings } from "../kernel/options/index.ts";
import { Probe, Supervisor } from "../worker/index.ts";
import { announce } from "./banner.ts";
import { type ExitCode, exitCode } from "./exit-code.ts";
import { requireShared } from "./session.ts";
import { withStopSignals } from "./stop-signals.ts";
import { type WorkerFlags, workerOptions } from "./worker-options.ts";

/**
 * Has child processes work, and replaces those that end. The children run this same command and notice that they are
 * supervised. This process has loaded the modules as well, and opens the engine once: a mistake then ends the command
 * with its reason, where children would be restarted for ever.
 */
export async function workSupervised(app: App, flags: WorkerFlags): Promise<ExitCode> {
  const settings = await checkStart(app, flags);
  const processes = flags.processes ?? 1;
  const supervisor = new Supervisor({
    processes,
    modulePath: process.argv[1] ?? "",
    argv: process.argv.slice(2),
    graceMs: settings.graceMs,
    logger: app.logger,
  });
  const probe = flags.probe === undefined ? undefined : new Probe(supervisor, { port: flags.probe });
  const work = async (): Promise<ExitCode> => {
    await probe?.start();
    await supervisor.start();
    announce(app, { settings, processes, probePort: probe?.port });
    await supervisor.ended;
    return exitCode.ok;
  };
  try {
    return await withStopSignals(supervisor, app.logger, work);
  } finally {
    await supervisor.stop();
    await probe?.stop();
  }
}

/** Everything that would end each child at its start, found out once. */
async function checkStart(app: App, flags: WorkerFlags): Promise<WorkerSettings> {
  requireShared(app);
  if (!app.tasks().some(({ run }) => run !== undefined)) {
    throw new ModuleInvalid("The modules define no task with a run function, so there is nothing to work on.");
  }
  const { settings } = app.worker(workerOptions(flags));
  await app.start();
  await app.close();
  return settings;
}
