export type { DrainReport } from "./drain.ts";
export type { WorkerParts } from "./parts.ts";
export { Probe, type Probed, type ProbeOptions } from "./process/probe.ts";
export { RECYCLE_EXIT_CODE } from "./process/protocol.ts";
export { Supervisor, type SupervisorOptions } from "./process/supervisor.ts";
export { isSupervised, type Stoppable, SupervisorLink } from "./process/supervisor-link.ts";
export { type CurrentJob, currentJob } from "./run/run-context.ts";
export type { OutcomeCounts } from "./tally.ts";
export { type EndReason, type StopOptions, Worker, type WorkerState, type WorkerStatus } from "./worker.ts";
