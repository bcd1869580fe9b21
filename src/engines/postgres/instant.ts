import { storedInstant } from "../../kernel/instant.ts";
import type { When } from "../../kernel/job.ts";

/** A wish for the server's clock: an instant, or so long from now. */
export interface Wish {
  readonly at: number | undefined;
  readonly afterMs: number | undefined;
}

/** @throws OptionsInvalid (`OPTIONS_INVALID`) */
export function wishOf(when: When | undefined): Wish {
  if (when === undefined) return { at: undefined, afterMs: undefined };
  if ("at" in when) return { at: storedInstant(when.at), afterMs: undefined };
  return { at: undefined, afterMs: storedInstant(when.afterMs) };
}
