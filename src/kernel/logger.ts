export type LogLevel = "debug" | "info" | "warn" | "error";

/** Facts of a log line. */
export type LogFields = Readonly<Record<string, unknown>>;

/** Where Lovage writes what happens. `pino` and `console`-like loggers fit with a line of glue. */
export interface Logger {
  log(level: LogLevel, message: string, fields?: LogFields): void;
}

/** Writes nothing. */
export const silentLogger: Logger = { log: () => {} };

/** Adds the same fields to every line. */
export function withFields(logger: Logger, fields: LogFields): Logger {
  return { log: (level, message, more) => logger.log(level, message, { ...fields, ...more }) };
}

/** Where a stream logger writes: `process.stderr`, or anything with the same `write`. */
export interface LogSink {
  write(line: string): unknown;
}

/**
 * A logger that writes a line for people (`12:04:05.120 warn  job failed task=mail.send …`, stacks on lines of their
 * own) or, with `json`, one JSON object a line.
 */
export function streamLogger(sink: LogSink, options: { readonly json: boolean; readonly now?: () => number }): Logger {
  const now = options.now ?? Date.now;
  return {
    log(level, message, fields = {}) {
      sink.write(options.json ? jsonLine(now(), level, message, fields) : humanLine(now(), level, message, fields));
    },
  };
}

function jsonLine(nowMs: number, level: LogLevel, message: string, fields: LogFields): string {
  const line = { time: new Date(nowMs).toISOString(), level, message, ...fields };
  return `${JSON.stringify(line, replaceUnprintable)}\n`;
}

function replaceUnprintable(_key: string, value: unknown): unknown {
  if (value instanceof Error) return { name: value.name, message: value.message, stack: value.stack };
  return typeof value === "bigint" ? value.toString() : value;
}

function humanLine(nowMs: number, level: LogLevel, message: string, fields: LogFields): string {
  const time = new Date(nowMs).toISOString().slice(11, 23);
  const entries = Object.entries(fields).filter(([, value]) => value !== undefined);
  const stacks = entries.filter(([name]) => name === "stack").map(([, value]) => `\n${String(value)}`);
  const facts = entries.filter(([name]) => name !== "stack").map(([name, value]) => ` ${name}=${humanValue(value)}`);
  return `${time} ${level.padEnd(5)} ${message}${facts.join("")}${stacks.join("")}\n`;
}

function humanValue(value: unknown): string {
  if (typeof value === "string") return /[\s"=]/.test(value) ? JSON.stringify(value) : value;
  if (value instanceof Error) return JSON.stringify(`${value.name}: ${value.message}`);
  return JSON.stringify(value, replaceUnprintable) ?? String(value);
}
