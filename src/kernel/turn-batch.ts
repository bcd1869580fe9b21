/**
 * Lets what is added during one turn of the event loop travel together: items of one turn are handed on in one call,
 * and nothing waits for a timer. `run` answers with one reply for each item, in order.
 */
export class TurnBatch<Item, Reply> {
  readonly #run: (items: readonly Item[]) => Promise<readonly Reply[]>;
  readonly #limit: number;
  #entries: Entry<Item, Reply>[] = [];

  /** At most `limit` items go in one call; the rest of the turn's items in further calls. */
  constructor(run: (items: readonly Item[]) => Promise<readonly Reply[]>, limit: number) {
    this.#run = run;
    this.#limit = limit;
  }

  add(item: Item): Promise<Reply> {
    // setImmediate runs after the promise callbacks of this turn, so a thousand awaited pushes make one batch.
    if (this.#entries.length === 0) setImmediate(() => this.#flush());
    return new Promise((resolve, reject) => {
      this.#entries.push({ item, resolve, reject });
    });
  }

  #flush(): void {
    const entries = this.#entries;
    this.#entries = [];
    for (let from = 0; from < entries.length; from += this.#limit)
      void this.#send(entries.slice(from, from + this.#limit));
  }

  async #send(entries: readonly Entry<Item, Reply>[]): Promise<void> {
    try {
      const replies = await this.#run(entries.map(({ item }) => item));
      if (replies.length !== entries.length)
        throw new RangeError(`${entries.length} items got ${replies.length} replies.`);
      for (const [index, { resolve }] of entries.entries()) resolve(replies[index] as Reply);
    } catch (error) {
      for (const { reject } of entries) reject(error);
    }
  }
}

interface Entry<Item, Reply> {
  readonly item: Item;
  readonly resolve: (reply: Reply) => void;
  readonly reject: (error: unknown) => void;
}
