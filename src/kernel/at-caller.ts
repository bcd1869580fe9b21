import {
  EngineClosed,
  EngineTimeout,
  EngineUnavailable,
  LovageError,
  SchemaTooNew,
  StorageFull,
  StorageInvalid,
} from "./errors.ts";
import { isUserFrame } from "./place.ts";

// The calls of one turn travel together, and a failure of the engine is one object for all of them.
const sharedErrors = [EngineClosed, EngineTimeout, EngineUnavailable, SchemaTooNew, StorageFull, StorageInvalid];

/**
 * Lets the stack of an error of Lovage's begin where this method was called: what happened in between, often in another
 * turn of the event loop, leads no reader to a line of their own. It stays as it is where nobody awaits the method, and
 * of errors that several callers may get.
 */
export function atCaller<Thrown>(thrown: Thrown, method: (...given: never[]) => unknown): Thrown {
  if (!(thrown instanceof LovageError) || sharedErrors.some((shared) => thrown instanceof shared)) return thrown;
  const before = thrown.stack;
  Error.captureStackTrace(thrown, method);
  const frames = thrown.stack?.split("\n") ?? [];
  const first = frames.findIndex(isUserFrame);
  thrown.stack = first === -1 ? before : [String(thrown), ...frames.slice(first)].join("\n");
  return thrown;
}
