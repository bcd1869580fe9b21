/** How one job of a workflow went wrong: what the task of `linkError` is given. */
export interface WorkflowFailure {
  /** The job that failed or was revoked: of a chain, the one by which it broke. */
  readonly id: string;
  readonly state: "failed" | "revoked";
  /** Of a revoked job the name is `JobRevoked`, and the message its reason. */
  readonly error: { readonly name: string; readonly message: string; readonly code?: string | undefined };
}

/** How one member of a group ended, where failures are allowed. */
export type MemberOutcome<Output> =
  | { readonly id: string; readonly state: "succeeded"; readonly result: Output }
  | WorkflowFailure;
