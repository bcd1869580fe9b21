import type { Settings } from "../../kernel/options/index.ts";
import type { RegisteredTask } from "../registry.ts";

/** Puts the results of a group together, where no task of the user's takes them: every worker knows it. */
export const JOIN_TASK = "lovage.join";

/** What it returns is its input, which is made of the results that it waited for. */
export function joinTask({ jobDefaults }: Settings): RegisteredTask {
  return {
    name: JOIN_TASK,
    place: "lovage",
    settings: { ...jobDefaults, keepResult: true, expiresMs: undefined, ack: "late" },
    schema: undefined,
    version: 1,
    run: (input) => input,
    key: undefined,
    upgrade: undefined,
    redact: undefined,
  };
}
