/** What the push of a workflow may say. */
export interface StartOptions {
  /** Push inside this open transaction of the engine's own database; see the engine for what it takes. */
  readonly tx?: unknown;
}

/** `input` may be left out where nothing is missing. */
export type StartArguments<Input> = undefined extends Input
  ? [input?: Input, options?: StartOptions]
  : Record<never, never> extends Input
    ? [input?: Input, options?: StartOptions]
    : [input: Input, options?: StartOptions];

/** Whatever can be started with such an input, and gives such an output: a signature. */
export interface Startable<Input, Output> {
  /** Never there: it carries the types. */
  readonly types?: { readonly takes: (input: Input) => void; readonly gives: Output };
}
