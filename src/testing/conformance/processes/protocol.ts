import type { ErrorRecord } from "../../../kernel/error-record.ts";
import type { Payload } from "../../../kernel/job.ts";
import type { StoreReference } from "../adapter.ts";

/** What a child is started with. */
export interface ChildOptions {
  /** URL of a module that exports `openEngine`. */
  readonly module: string;
  readonly reference: StoreReference;
}

/** A worker that a child keeps running: it claims, settles each job with a follow-up, beats and rescues. */
export interface Labour {
  readonly worker: string;
  readonly leaseMs: number;
  /** Where the follow-ups go, one for each success. */
  readonly followUpQueue: string;
}

export type Command =
  | { readonly kind: "call"; readonly path: readonly string[]; readonly arguments: readonly unknown[] }
  | { readonly kind: "subscribe"; readonly listener: number; readonly topic: string }
  | { readonly kind: "changes"; readonly listener: number }
  | { readonly kind: "close"; readonly listener: number }
  | { readonly kind: "labour"; readonly labour: Labour };

/** Parent to child. */
export interface Request {
  readonly id: number;
  readonly command: Command;
}

/** Child to parent. */
export type Answer =
  | { readonly kind: "value"; readonly id: number; readonly value: unknown }
  | { readonly kind: "error"; readonly id: number; readonly error: ErrorRecord }
  | { readonly kind: "heard"; readonly listener: number; readonly value: Payload | readonly unknown[] };
