import type { ProgressUpdate } from "../../../engine/index.ts";
import { integers, payloads, smallIntegers, texts } from "../client/arrays.ts";
import type { Statement } from "../client/connection.ts";
import { formOf } from "./payload.ts";

/** Keeps the last update of each claim, in the order of ids. @throws NotJson (`NOT_JSON`), TooLarge (`TOO_LARGE`) */
export function progressStatement(updates: readonly ProgressUpdate[], schema: string): Statement {
  const latest = new Map(updates.map((update) => [`${update.fence} ${update.id}`, update]));
  const kept = [...latest.values()].sort((one, other) => (one.id < other.id ? -1 : 1));
  return {
    text: `SELECT ${schema}.keep_progress($1, $2, $3, $4)`,
    values: [
      texts(kept.map(({ id }) => id)),
      integers(kept.map(({ fence }) => fence)),
      smallIntegers(kept.map(({ id, progress }) => formOf(progress, "progress", id))),
      payloads(kept.map(({ progress }) => progress)),
    ],
  };
}
