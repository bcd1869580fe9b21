import type { LogFields, LogLevel } from "../../kernel/logger.ts";
import type { Attempt } from "./attempt.ts";
import { runOutside } from "./run-context.ts";

/** What every line about an attempt carries. */
export function attemptFields({ job, number }: Attempt): LogFields {
  return { task: job.task, id: job.id, attempt: number };
}

/**
 * Writes a line about an attempt. It is written outside of it: a logger that ends in `console.log` would otherwise come
 * back to this log as a line of the handler.
 */
export function logAttempt(attempt: Attempt, level: LogLevel, message: string, fields: LogFields = {}): void {
  runOutside(() => attempt.logger.log(level, message, { ...fields, ...attemptFields(attempt) }));
}
