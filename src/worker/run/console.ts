import { formatWithOptions } from "node:util";
import type { LogLevel } from "../../kernel/logger.ts";
import { logAttempt } from "./job-log.ts";
import { currentAttempt } from "./run-context.ts";

type ConsoleMethod = "debug" | "log" | "info" | "warn" | "error" | "trace";
type Print = (...values: unknown[]) => void;

const methods: readonly (readonly [ConsoleMethod, LogLevel])[] = [
  ["debug", "debug"],
  ["log", "info"],
  ["info", "info"],
  ["warn", "warn"],
  ["error", "error"],
  ["trace", "debug"],
];

interface Replacement {
  readonly original: Print;
  readonly print: Print;
}

const replaced = new Map<ConsoleMethod, Replacement>();
let captures = 0;

/**
 * While a worker of this process runs, what handlers print by `console.*` goes to the log of their worker, with task, id
 * and attempt. Outside of handlers the console does what it did before.
 */
export function captureConsole(): void {
  captures += 1;
  if (captures > 1) return;
  for (const [method, level] of methods) {
    const original: Print = console[method];
    const print: Print = (...values) => printFrom(method, level, original, values);
    replaced.set(method, { original, print });
    console[method] = print;
  }
}

/** Ends one `captureConsole()`; the last one puts the console back. */
export function releaseConsole(): void {
  captures -= 1;
  if (captures > 0) return;
  for (const [method, { original, print }] of replaced) {
    // Somebody who has replaced it since calls ours, which passes on.
    if (console[method] === print) console[method] = original;
  }
  replaced.clear();
}

function printFrom(method: ConsoleMethod, level: LogLevel, original: Print, values: readonly unknown[]): void {
  const attempt = currentAttempt();
  if (attempt === undefined) {
    Reflect.apply(original, console, values);
    return;
  }
  const fields = method === "trace" ? { stack: new Error("console.trace").stack } : {};
  logAttempt(attempt, level, formatWithOptions({ colors: false }, ...values), fields);
}
