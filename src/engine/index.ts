export { newId, newIdBeside, newIdOfKey, placeOf, placeOfKey } from "../kernel/id.ts";
export type { Archive, FinishedJob, JobVersion } from "./archive.ts";
export type { Bus, Subscription } from "./bus.ts";
export type { Capabilities, Engine, HealthFinding, Maintenance, MigrationReport } from "./contract.ts";
export { CRASHES_BEFORE_QUARANTINE, EXPIRY, type LossReason, workerLost } from "./endings.ts";
export { BEAT_TOPIC, DUE_TOPIC, hintIfSoon, SCHEDULE_TOPIC, withHints } from "./hints.ts";
export type {
  BulkReply,
  BulkRequest,
  Inspect,
  JobFilter,
  JobSelection,
  ListRequest,
  QueueStatistics,
  WorkerStatistics,
} from "./inspect.ts";
export { instrument } from "./instrument.ts";
export type {
  ClaimInterest,
  ClaimRequest,
  CompletionReply,
  CompletionRequest,
  ExchangeReply,
  ExchangeRequest,
  Jobs,
  ProgressUpdate,
  PushedJob,
  PushReply,
  PushRequest,
} from "./jobs.ts";
export type {
  Beat,
  BeatReply,
  Held,
  Liveness,
  RenewalConnection,
  RenewalSource,
  RescuedJob,
  WorkerDescription,
} from "./liveness.ts";
export { override } from "./override.ts";
export type { DueRecords, Records, RecordWrite, StoredRecord, WriteReply } from "./records.ts";
export { keyConflict, pushTooLate, queueFull } from "./refusals.ts";
export { answerRepeat, type SettledJob } from "./repeat.ts";
export { tlsTrouble } from "./tls.ts";
export type { Upkeep } from "./upkeep.ts";
export { endingOf, type LinkEffect, linkEffect, REMOVED, SKIPPED } from "./workflow.ts";
