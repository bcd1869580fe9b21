import { inspect } from "node:util";
import { toErrorRecord } from "../kernel/error-record.ts";
import { LovageError } from "../kernel/errors.ts";
import { standardError } from "../kernel/logger.ts";
import { coloured, printable } from "./text.ts";

/**
 * Tells on standard error why a command ended, in words and with what to do about it. A stack is shown with `--debug`,
 * and for an error that is not Lovage's: that one is a bug, and whoever mends it needs it.
 */
export function printFailure(error: unknown, flags: { readonly json: boolean; readonly debug: boolean }): void {
  standardError.write(`${flags.json ? jsonFailure(error, flags.debug) : humanFailure(error, flags.debug)}\n`);
}

function jsonFailure(error: unknown, debug: boolean): string {
  const { stack, cause, ...record } = toErrorRecord(error);
  const reason = cause === undefined ? {} : { cause: { name: cause.name, message: cause.message } };
  return JSON.stringify({ error: { ...record, ...reason, ...(debug ? { stack } : {}) } });
}

function humanFailure(error: unknown, debug: boolean): string {
  const label = coloured("red", "error:", process.stderr);
  if (error instanceof LovageError && !debug) return `${label} ${printable(error.message, { multiline: true })}`;
  return `${label} ${printable(inspect(error), { multiline: true })}`;
}
