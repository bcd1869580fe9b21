import { type ErrorRecord, toErrorRecord } from "../../kernel/error-record.ts";
import { errorCatalogue } from "../../kernel/errors.ts";
import { isUserFrame } from "../../kernel/place.ts";

/**
 * What a handler threw, as it is stored and logged. Of its stack, the frames by which Lovage called the handler are left
 * out; of an error of Lovage's own also those in which it came about, since its message says that better.
 */
export function toFailureRecord(thrown: unknown): ErrorRecord {
  return forUsers(toErrorRecord(thrown));
}

function forUsers(record: ErrorRecord): ErrorRecord {
  const { stack, cause, code } = record;
  const isOurs = code !== undefined && errorCatalogue.has(code);
  return {
    ...record,
    ...(stack === undefined ? {} : { stack: shorten(stack, isOurs) }),
    ...(cause === undefined ? {} : { cause: forUsers(cause) }),
  };
}

function shorten(stack: string, isOurs: boolean): string {
  const lines = stack.split("\n");
  const lastOfUser = lines.findLastIndex(isUserFrame);
  // An error that is nobody's is a mistake in Lovage, and its frames are all there is to find it by.
  if (lastOfUser === -1 && !isOurs) return stack;
  const kept = lines.filter((line, index) => {
    if (!/^ +at /.test(line)) return true;
    return isOurs ? isUserFrame(line) : index <= lastOfUser;
  });
  return kept.join("\n");
}
