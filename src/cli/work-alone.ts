import type { App } from "../app/index.ts";
import { silentLogger } from "../kernel/logger.ts";
import { isSupervised, Probe, SupervisorLink, type Worker } from "../worker/index.ts";
import { announce } from "./banner.ts";
import { type ExitCode, exitCode } from "./exit-code.ts";
import { withStopSignals } from "./stop-signals.ts";
import { type WorkerFlags, workerOptions } from "./worker-options.ts";

/** Works in this process until it is told to stop: by a signal, by its supervisor, or by the death of that. */
export async function workAlone(app: App, flags: WorkerFlags): Promise<ExitCode> {
  const supervised = isSupervised();
  const worker = app.worker(workerOptions(flags));
  // Of a supervisor's children none could have the port alone: it answers for all of them.
  const probe = flags.probe === undefined || supervised ? undefined : new Probe(worker, { port: flags.probe });
  const work = async (): Promise<ExitCode> => {
    await probe?.start();
    await worker.start();
    if (supervised) return obeySupervisor(app, worker);
    announce(app, { worker: worker.id, settings: worker.settings, probePort: probe?.port });
    return codeOf(await worker.ended);
  };
  try {
    // A terminal and most process managers signal the whole group: then the supervisor tells of it, for all.
    return await withStopSignals(worker, supervised ? silentLogger : app.logger, work);
  } finally {
    await worker.stop();
    await probe?.stop();
  }
}

async function obeySupervisor(app: App, worker: Worker): Promise<ExitCode> {
  const link = new SupervisorLink(worker, app.logger);
  link.start();
  // It may have died while this process started, and then nothing tells of it any more.
  if (!process.connected) await worker.stop();
  app.logger.log("info", "worker started", { worker: worker.id });
  try {
    return codeOf(await worker.ended);
  } finally {
    link.stop();
  }
}

function codeOf(reason: Awaited<Worker["ended"]>): ExitCode {
  return reason === "stopped" ? exitCode.ok : exitCode.recycle;
}
