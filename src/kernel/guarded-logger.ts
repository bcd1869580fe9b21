import { type LogFields, type Logger, type LogLevel, standardError, streamLogger } from "./logger.ts";
import { isThenable } from "./thenable.ts";

/**
 * A logger whose failures end nothing: an application's own logger may throw, and a job must not go unsettled because a
 * line about it could not be written. Such a line goes to standard error, with the reason. An async function fits as a
 * logger too, and its rejection would end the process.
 */
export function guardedLogger(logger: Logger, fallback: Logger = streamLogger(standardError, { json: false })): Logger {
  return {
    log(level, message, fields) {
      const rescue = (error: unknown): void => writeInstead(fallback, error, { level, message, fields });
      try {
        const result: unknown = logger.log(level, message, fields);
        if (isThenable(result)) result.then(undefined, rescue);
      } catch (error) {
        rescue(error);
      }
    },
  };
}

interface Line {
  readonly level: LogLevel;
  readonly message: string;
  readonly fields: LogFields | undefined;
}

function writeInstead(fallback: Logger, error: unknown, { level, message, fields }: Line): void {
  fallback.log("error", "the application's logger threw", { error });
  fallback.log(level, message, fields);
}
