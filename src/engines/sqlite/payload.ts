import type { Payload } from "../../kernel/job.ts";
import { illFormed } from "./errors.ts";

/** A payload of a job as it is bound. @throws NotJson (`NOT_JSON`) for text that UTF-8 cannot hold. */
export function bindPayload(
  payload: Payload | undefined,
  what: "input" | "result" | "progress",
  id: string,
): string | Uint8Array | null {
  if (payload === undefined) return null;
  // Reading it back would give U+FFFD where the lone surrogate was.
  if (typeof payload === "string" && !payload.isWellFormed()) throw illFormed(`The ${what} of job ${id}`);
  return payload;
}
