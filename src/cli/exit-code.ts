import { LovageError } from "../kernel/errors.ts";

/** How a command ended, for scripts. The numbers are part of the interface and never change their meaning. */
export const exitCode = {
  ok: 0,
  /** Something went wrong that is none of the below. */
  error: 1,
  /** The command was written wrongly: arguments, options, or an input that is refused. */
  usage: 2,
  /** A job, schedule, task or module is not there, or a filter matched nothing. */
  notFound: 3,
  /** The job that was waited for failed, or was revoked. */
  jobFailed: 4,
  /** The job has not ended, in the time given. */
  timeout: 5,
  /** The engine cannot be reached or used. */
  engine: 6,
  /** A worker ended in order to be replaced by a fresh process, and has no supervisor that does it. */
  recycle: 75,
} as const;

export type ExitCode = (typeof exitCode)[keyof typeof exitCode];

/** What each exit code means, in order: for the help and the reference documentation. */
export const exitCodeMeanings: readonly (readonly [ExitCode, string])[] = [
  [exitCode.ok, "done"],
  [exitCode.error, "an error that is none of the following, or a finding of `doctor`"],
  [exitCode.usage, "written wrongly: arguments, options, or an input that is refused"],
  [exitCode.notFound, "no such job, schedule, task or module, or nothing matched"],
  [exitCode.jobFailed, "the job failed, or was revoked"],
  [exitCode.timeout, "the job has not ended, in the time given"],
  [exitCode.engine, "the engine cannot be reached or used"],
  [exitCode.recycle, "a worker without a supervisor reached the app's maxJobs or maxMemoryBytes: start it again"],
];

const byCode: ReadonlyMap<string, ExitCode> = new Map<string, ExitCode>([
  ["OPTIONS_INVALID", exitCode.usage],
  ["NAME_INVALID", exitCode.usage],
  ["NOT_JSON", exitCode.usage],
  ["TOO_LARGE", exitCode.usage],
  ["INPUT_INVALID", exitCode.usage],
  ["CAPABILITY_MISSING", exitCode.usage],
  ["ENGINE_UNKNOWN", exitCode.usage],
  ["JOB_NOT_FOUND", exitCode.notFound],
  ["SCHEDULE_NOT_FOUND", exitCode.notFound],
  ["TASK_UNKNOWN", exitCode.notFound],
  ["JOB_FAILED", exitCode.jobFailed],
  ["JOB_REVOKED", exitCode.jobFailed],
  ["RESULT_TIMEOUT", exitCode.timeout],
  ["ENGINE_UNAVAILABLE", exitCode.engine],
  ["ENGINE_TIMEOUT", exitCode.engine],
  ["STORAGE_FULL", exitCode.engine],
  ["STORAGE_INVALID", exitCode.engine],
  ["SCHEMA_TOO_NEW", exitCode.engine],
]);

/** The exit code of an error that ended a command. */
export function exitCodeOf(error: unknown): ExitCode {
  if (!(error instanceof LovageError)) return exitCode.error;
  // A pattern that matches no file is a module that is not there; one that cannot be loaded is an error.
  if (error.details.reason === "not-found") return exitCode.notFound;
  return byCode.get(error.code) ?? exitCode.error;
}
