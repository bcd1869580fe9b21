import { storedInstant } from "../../kernel/instant.ts";
import type { When } from "../../kernel/job.ts";

/** The epoch milliseconds that a caller's wish means at `nowMs`. */
export function instantOf(when: When, nowMs: number): number {
  return "at" in when ? storedInstant(when.at) : storedInstant(nowMs + when.afterMs);
}
