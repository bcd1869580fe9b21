import { toErrorRecord } from "./error-record.ts";
import { describeType } from "./json.ts";

export type LogLevel = "debug" | "info" | "warn" | "error";

/** Facts of a log line. */
export type LogFields = Readonly<Record<string, unknown>>;

/** Where Lovage writes what happens. `pino` and `console`-like loggers fit with a line of glue. */
export interface Logger {
  log(level: LogLevel, message: string, fields?: LogFields): void;
}

/** Writes nothing. */
export const silentLogger: Logger = { log: () => {} };

/** Where a stream logger writes: `process.stderr`, or anything with the same `write`. */
export interface LogSink {
  write(line: string): unknown;
}

/**
 * Standard error as `console` treats it: when its disk is full or its reader gone, lines are lost and nothing else.
 * An unheard error of the stream would end the process, with every job that runs in it.
 */
export const standardError: LogSink = {
  write(line) {
    if (!process.stderr.listeners("error").includes(loseLine)) process.stderr.on("error", loseLine);
    return process.stderr.write(line);
  },
};

// There is no place left to tell it at.
function loseLine(): void {}

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

const OWN_NAMES: ReadonlySet<string> = new Set(["time", "level", "message"]);

function jsonLine(nowMs: number, level: LogLevel, message: string, fields: LogFields): string {
  const facts = Object.entries(fields).map(
    ([name, value]) => [OWN_NAMES.has(name) ? `_${name}` : name, value] as const,
  );
  const line = { time: new Date(nowMs).toISOString(), level, message };
  const text = encode({ ...line, ...Object.fromEntries(facts) });
  return `${text ?? encode({ ...line, ...Object.fromEntries(facts.map(([name, value]) => [name, writable(value)])) })}\n`;
}

function writable(value: unknown): unknown {
  return encode(value) === undefined ? shapeOf(value) : value;
}

function humanLine(nowMs: number, level: LogLevel, message: string, fields: LogFields): string {
  const time = new Date(nowMs).toISOString().slice(11, 23);
  const entries = Object.entries(fields).filter(([, value]) => value !== undefined);
  const stacks = entries.filter(([name]) => name === "stack").map(([, value]) => `\n${cleanStack(value)}`);
  const facts = entries
    .filter(([name]) => name !== "stack")
    .map(([name, value]) => ` ${clean(name)}=${humanValue(value)}`);
  return `${time} ${level.padEnd(5)} ${clean(message)}${facts.join("")}${stacks.join("")}\n`;
}

function humanValue(value: unknown): string {
  if (typeof value === "string") return clean(value === "" || /[\s"=]/.test(value) ? JSON.stringify(value) : value);
  const record = value instanceof Error ? toErrorRecord(value) : undefined;
  const shown = record === undefined ? encode(value) : JSON.stringify(`${record.name}: ${record.message}`);
  return clean(shown ?? JSON.stringify(shapeOf(value)));
}

/** JSON text, or `undefined` for what JSON cannot hold: logging must never fail its caller. */
function encode(value: unknown): string | undefined {
  try {
    return JSON.stringify(value, replaceUnprintable);
  } catch {
    // A cycle, or a toJSON or getter that throws: the caller of this function writes the value's shape instead.
    return undefined;
  }
}

function replaceUnprintable(_key: string, value: unknown): unknown {
  if (value instanceof Error) return toErrorRecord(value);
  return typeof value === "bigint" ? value.toString() : value;
}

function shapeOf(value: unknown): string {
  return typeof value === "symbol" ? String(value) : describeType(value);
}

const ESCAPES: Readonly<Record<string, string>> = { "\n": "\\n", "\r": "\\r", "\t": "\\t" };

// What comes from outside must not begin a line of its own, nor steer the reader's terminal.
function clean(text: string): string {
  return text.replace(/\p{Cc}/gu, (character) => ESCAPES[character] ?? escapeCode(character));
}

function escapeCode(character: string): string {
  return `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`;
}

function cleanStack(stack: unknown): string {
  return String(stack).split("\n").map(clean).join("\n");
}
