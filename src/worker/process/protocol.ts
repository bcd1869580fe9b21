/** What a supervisor tells its children. */
export interface StopOrder {
  readonly kind: "lovage-stop";
  readonly how: "warm" | "cold";
}

/** What a child tells its supervisor: it takes jobs. */
export interface ReadyNotice {
  readonly kind: "lovage-ready";
}

/** Set in the environment of a supervisor's children. */
export const SUPERVISED_VARIABLE = "LOVAGE_SUPERVISED";

/**
 * A child ends with it to be replaced at once: it has run its `maxJobs`, or grown to its `maxMemoryBytes`. (75 is
 * "temporary failure, try again" in sysexits.h.)
 */
export const RECYCLE_EXIT_CODE = 75;

export function isStopOrder(message: unknown): message is StopOrder {
  return kindOf(message) === "lovage-stop";
}

export function isReadyNotice(message: unknown): message is ReadyNotice {
  return kindOf(message) === "lovage-ready";
}

function kindOf(message: unknown): unknown {
  return typeof message === "object" && message !== null && "kind" in message ? message.kind : undefined;
}
