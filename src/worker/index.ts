export type { DrainReport } from "./drain.ts";
export type { WorkerParts } from "./parts.ts";
export { type CurrentJob, currentJob } from "./run/run-context.ts";
export type { OutcomeCounts } from "./tally.ts";
export { type EndReason, type StopOptions, Worker, type WorkerState, type WorkerStatus } from "./worker.ts";
