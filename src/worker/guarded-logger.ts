import { type Logger, streamLogger } from "../kernel/logger.ts";

/**
 * A logger whose failures end nothing: an application's own logger may throw, and a job must not go unsettled because a
 * line about it could not be written. Such a line goes to standard error, with the reason.
 */
export function guardedLogger(logger: Logger): Logger {
  const fallback = streamLogger(process.stderr, { json: false });
  return {
    log(level, message, fields) {
      try {
        logger.log(level, message, fields);
      } catch (error) {
        fallback.log("error", "the application's logger threw", { error });
        fallback.log(level, message, fields);
      }
    },
  };
}
