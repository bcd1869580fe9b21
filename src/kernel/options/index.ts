export type { AppOptions, FailedAttempt, QueueOptions, Settings } from "./app-options.ts";
export { NO_RESULTS, readAppOptions, resultsNamespace } from "./app-options.ts";
export { type Default, defaults, environmentDefaults, fixedLimits } from "./defaults.ts";
export { OptionReader, type Range, show } from "./reader.ts";
export type {
  ErrorClass,
  JobOptions,
  JobSettings,
  RetentionOptions,
  RetentionSettings,
  RetryOptions,
  RetrySettings,
  TimeLimitOptions,
} from "./task-options.ts";
export { jobOptionKeys, readJobOptions, readPriority } from "./task-options.ts";
export { readWorkerOptions, type WorkerOptions, type WorkerSettings } from "./worker-options.ts";
