/** Stops what a run has started, the last first. */
export class Owner {
  readonly #stops: (() => Promise<void> | void)[] = [];

  /** From now on this is stopped with the rest. */
  own(stop: () => Promise<void> | void): void {
    this.#stops.push(stop);
  }

  /** Stops everything, also when something of it cannot be stopped; the first error is thrown at the end. */
  async stop(): Promise<void> {
    const errors: unknown[] = [];
    for (const stop of this.#stops.splice(0).reverse()) {
      try {
        await stop();
      } catch (error) {
        errors.push(error);
      }
    }
    if (errors.length > 0) throw errors[0];
  }
}
