import type { RenewalSource } from "../../engine/index.ts";
import type { ErrorRecord } from "../../kernel/error-record.ts";

/** What the lease thread is started with. */
export interface LeaseThreadData {
  readonly worker: string;
  readonly leaseMs: number;
  readonly renewal: RenewalSource;
  readonly pulse: SharedArrayBuffer;
  /** Names of tasks, by the numbers that the pulse uses. */
  readonly tasks: readonly string[];
}

/** What the lease thread tells the worker. */
export type LeaseThreadNews = { readonly kind: "renewed" } | { readonly kind: "failed"; readonly error: ErrorRecord };

/** The one message that the lease thread is sent. */
export const STOP_MESSAGE = "stop";
