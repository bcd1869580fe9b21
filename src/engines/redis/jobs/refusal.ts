import { keyConflict, pushTooLate, queueFull } from "../../../engine/index.ts";
import { type ErrorRecord, toErrorRecord } from "../../../kernel/error-record.ts";
import { type LovageError, StorageInvalid } from "../../../kernel/errors.ts";
import type { Reader } from "../wire/reader.ts";

/** Why a script refused a push, as the caller is told. */
export function readRefusal(reader: Reader): ErrorRecord {
  return toErrorRecord(readRefusalError(reader));
}

/** The same, to be thrown. */
export function readRefusalError(reader: Reader): LovageError {
  const length = reader.array();
  return toError(reader, reader.text(), length);
}

function toError(reader: Reader, code: string, length: number): LovageError {
  switch (code) {
    case "KEY_CONFLICT":
      return keyConflict({ task: reader.text(), key: reader.text(), jobId: reader.text() });
    case "QUEUE_FULL":
      return queueFull({ queue: reader.text(), depth: reader.number(), maxDepth: reader.number() });
    case "ENGINE_TIMEOUT":
      return pushTooLate(reader.number());
    default:
      return new StorageInvalid(
        `A script refused with ${code} and ${length - 1} facts, which this version does not know.`,
      );
  }
}
