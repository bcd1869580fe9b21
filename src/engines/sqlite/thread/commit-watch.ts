import { readNumber } from "../database/row.ts";
import type { Committed, Work } from "../work.ts";

// A caller's transaction commonly commits within milliseconds; what takes longer is found by the workers' poll.
const INTERVAL_MS = 2;
const WATCH_MS = 5_000;

interface Pushed {
  readonly committed: Committed;
  readonly untilMs: number;
}

/**
 * After a push inside a caller's own transaction, looks for its commit, which nobody reports: `PRAGMA data_version`
 * costs 2 µs. Owned by the engine's thread; `stop()` ends it.
 */
export class CommitWatch {
  readonly #work: Work;
  readonly #onCommitted: (committed: Committed) => void;
  #timer: NodeJS.Timeout | undefined;
  #pushed: Pushed[] = [];
  #dataVersion = -1;

  constructor(work: Work, onCommitted: (committed: Committed) => void) {
    this.#work = work;
    this.#onCommitted = onCommitted;
  }

  /** Watches for a short while for what a caller's transaction will have done. */
  watch(committed: Committed): void {
    this.#pushed.push({ committed, untilMs: performance.now() + WATCH_MS });
    this.#dataVersion = -1;
    this.#timer ??= setInterval(() => this.#look(), INTERVAL_MS);
  }

  stop(): void {
    clearInterval(this.#timer);
    this.#timer = undefined;
    this.#pushed = [];
  }

  #look(): void {
    const now = performance.now();
    this.#pushed = this.#pushed.filter(({ untilMs }) => now < untilMs);
    const row = this.#work.statements.named("lanes/data-version").get();
    const dataVersion = row === undefined ? -1 : readNumber(row, 0);
    if (dataVersion !== this.#dataVersion) this.#report();
    this.#dataVersion = dataVersion;
    if (this.#pushed.length === 0) this.stop();
  }

  #report(): void {
    const isVisible = ({ committed: { changes } }: Pushed): boolean => {
      const id = changes[0]?.id ?? "";
      return this.#work.statements.named("jobs/standing-by-id").get({ id }) !== undefined;
    };
    const visible = this.#pushed.filter(isVisible);
    this.#pushed = this.#pushed.filter((pushed) => !visible.includes(pushed));
    for (const { committed } of visible) this.#onCommitted(committed);
  }
}
