import { keyConflict, pushTooLate, queueFull } from "../../../engine/index.ts";
import { type ErrorRecord, toErrorRecord } from "../../../kernel/error-record.ts";
import { EngineTimeout, type LovageError, StorageInvalid } from "../../../kernel/errors.ts";
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

/** Whether it was refused only for now: a push on its way has taken a key, and will be stored or not within moments. */
export function isKeyReserved({ details }: ErrorRecord): boolean {
  return details?.reserved === true;
}

function keyReserved(task: string, key: string): EngineTimeout {
  return new EngineTimeout(
    `The key ${JSON.stringify(key)} of task ${JSON.stringify(task)} is taken by another push, of which it is not known yet whether it was stored; nothing of this one was. Push again.`,
    { details: { task, key, reserved: true } },
  );
}

function toError(reader: Reader, code: string, length: number): LovageError {
  switch (code) {
    case "KEY_CONFLICT":
      return keyConflict({ task: reader.text(), key: reader.text(), jobId: reader.text() });
    case "KEY_RESERVED":
      return keyReserved(reader.text(), reader.text());
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
