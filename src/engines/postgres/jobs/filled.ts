import type { ErrorRecord } from "../../../kernel/error-record.ts";
import type { Ending, FilledSlot } from "../../../kernel/job.ts";
import { texts } from "../client/arrays.ts";
import type { Row } from "../client/library.ts";
import type { Ask } from "../client/pool.ts";
import { readSql } from "../database/texts.ts";
import { readPayload } from "./payload.ts";
import { readRevocation } from "./record.ts";

/**
 * What fills the slots of claimed jobs, by slot: a row for each, so that no value is longer than one result. Nothing about
 * them changes while their job is active.
 */
export async function readFilled(
  ids: readonly string[],
  schema: string,
  ask: Ask,
): Promise<ReadonlyMap<string, readonly FilledSlot[]>> {
  const filled = new Map<string, FilledSlot[]>(ids.map((id) => [id, []]));
  if (ids.length === 0) return filled;
  const { rows } = await ask({ text: readSql("jobs/slots", schema), values: [texts(ids)] });
  for (const row of rows) filled.get(String(row[0]))?.push(toFilledSlot(row));
  return filled;
}

/** A row of `sql/jobs/slots.sql`. */
function toFilledSlot(row: Row): FilledSlot {
  const [, slot, from] = row;
  return { slot: Number(slot), from: String(from), ending: toEnding(row) };
}

function toEnding([, , , state, form, result, error, revokedBy, reason]: Row): Ending {
  switch (state) {
    case "failed":
      return { state, error: JSON.parse(error ?? "null") as ErrorRecord };
    case "revoked":
      return { state, revocation: readRevocation(revokedBy, reason) ?? { by: "caller", reason: "" } };
    default:
      return { state: "succeeded", result: readPayload(form ?? null, result ?? null) };
  }
}
