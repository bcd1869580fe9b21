/** The transaction by which a handler ends its own job: `ctx.transaction()`, once per attempt. */
export class Completion {
  readonly #over: PromiseWithResolvers<void> = Promise.withResolvers();
  readonly #givenUp = new AbortController();
  #stage: "open" | "committed" | "rolledBack" = "open";

  /** Nobody knows yet what becomes of it. */
  get isOpen(): boolean {
    return this.#stage === "open";
  }

  /** The job has succeeded, whatever its handler does from here on. */
  get isCommitted(): boolean {
    return this.#stage === "committed";
  }

  /** Resolves when it is no longer open. */
  get over(): Promise<void> {
    return this.#over.promise;
  }

  /** Aborts when nobody waits for it any more. */
  get signal(): AbortSignal {
    return this.#givenUp.signal;
  }

  giveUp(): void {
    this.#givenUp.abort();
  }

  end(stage: "committed" | "rolledBack"): void {
    this.#stage = stage;
    this.#over.resolve();
  }
}
