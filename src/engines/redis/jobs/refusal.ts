import { type ErrorRecord, toErrorRecord } from "../../../kernel/error-record.ts";
import { EngineTimeout, KeyConflict, type LovageError, QueueFull, StorageInvalid } from "../../../kernel/errors.ts";
import type { Reader } from "../wire/reader.ts";

/** Why a script refused a push, as the caller is told. */
export function readRefusal(reader: Reader): ErrorRecord {
  const length = reader.array();
  return toErrorRecord(toError(reader, reader.text(), length));
}

function toError(reader: Reader, code: string, length: number): LovageError {
  switch (code) {
    case "KEY_CONFLICT":
      return keyConflict(reader.text(), reader.text(), reader.text());
    case "QUEUE_FULL":
      return queueFull(reader.text(), reader.number(), reader.number(), reader.number());
    case "ENGINE_TIMEOUT":
      return tooLate(reader.number());
    default:
      return new StorageInvalid(
        `A script refused with ${code} and ${length - 1} facts, which this version does not know.`,
      );
  }
}

function keyConflict(task: string, key: string, jobId: string): KeyConflict {
  return new KeyConflict(
    `The key "${key}" of task "${task}" belongs to job ${jobId}, which has another input: ` +
      "use a key that names one input, or push the same input again.",
    { details: { jobId, task, key } },
  );
}

function queueFull(queue: string, depth: number, maxDepth: number, count: number): QueueFull {
  return new QueueFull(
    `Queue "${queue}" holds ${depth} unfinished jobs and takes at most ${maxDepth}, so ${count} more were refused: ` +
      "push later, add workers, or raise its maxDepth.",
    { details: { queue, depth, maxDepth } },
  );
}

function tooLate(lateMs: number): EngineTimeout {
  return new EngineTimeout(
    `A push reached Redis ${Math.ceil(lateMs)} ms after its deadline, so nothing was stored: push again, with more time.`,
    { details: { lateMs } },
  );
}
