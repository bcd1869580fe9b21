import { CapabilityMissing } from "../../../kernel/errors.ts";

export type FastCheck = typeof import("fast-check");

/** Loaded by its first use: whoever only imports the suite needs no fast-check. */
export async function loadFastCheck(): Promise<FastCheck> {
  try {
    return await import("fast-check");
  } catch (cause) {
    throw new CapabilityMissing("The property tests need fast-check: npm install --save-dev fast-check", { cause });
  }
}
