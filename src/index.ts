export { App, type AppParts, createEngine, type EngineRequest, type LovageOptions, lovage } from "./app/index.ts";
export type { ByteSize } from "./kernel/byte-size.ts";
export type { Clock, Timer } from "./kernel/clock.ts";
export type { Duration } from "./kernel/duration.ts";
export type { ErrorRecord } from "./kernel/error-record.ts";
export * from "./kernel/errors.ts";
export type { JobState, RevokedBy } from "./kernel/job.ts";
export type { Json } from "./kernel/json.ts";
export {
  type LogFields,
  type Logger,
  type LogLevel,
  type LogSink,
  silentLogger,
  streamLogger,
} from "./kernel/logger.ts";
export {
  type Counter,
  type Gauge,
  type Histogram,
  type Labels,
  type MetricDescription,
  Metrics,
  type Sample,
} from "./kernel/metrics.ts";
export type {
  AppOptions,
  ErrorClass,
  FailedAttempt,
  JobOptions,
  JobSettings,
  QueueOptions,
  RetentionOptions,
  RetentionSettings,
  RetryOptions,
  RetrySettings,
  Settings,
  TimeLimitOptions,
  WorkerOptions,
  WorkerSettings,
} from "./kernel/options/index.ts";
export type {
  DayRule,
  MissedPolicy,
  NamedScheduleOptions,
  OverlapPolicy,
  RuleOptions,
  Schedule,
  ScheduleChanges,
  ScheduleOptions,
  Schedules,
  SolarEvent,
  SolarOptions,
  Timing,
  TimingOptions,
} from "./schedule/index.ts";
export {
  AsyncResult,
  type CallOptions,
  type Chain,
  type Chord,
  type Context,
  chain,
  chord,
  defineTask,
  type GetOptions,
  type Group,
  type GroupOptions,
  group,
  type InputIssue,
  type JobSnapshot,
  type JobTree,
  type MemberOutcome,
  type PlainTaskOptions,
  PushedResult,
  type RegisteredTask,
  type RetryRequest,
  type SchemaTaskOptions,
  Signature,
  type SignatureOptions,
  type StartArguments,
  type Startable,
  type StartOptions,
  Task,
  type TaskDefinition,
  type TaskLog,
  type TaskOptions,
  type TransactionClient,
  type WorkflowFailure,
} from "./tasks/index.ts";
export {
  type CurrentJob,
  currentJob,
  type DrainReport,
  type EndReason,
  type OutcomeCounts,
  Probe,
  type Probed,
  type ProbeOptions,
  type StopOptions,
  Worker,
  type WorkerState,
  type WorkerStatus,
} from "./worker/index.ts";
