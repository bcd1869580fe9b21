import type { Subscription } from "../../engine/bus.ts";
import type { JobChange } from "../../kernel/job.ts";

type Listener = (changes: readonly JobChange[]) => void;

/** Tells listeners which jobs changed: what changes in one turn is told together, after the change is complete. */
export class Changes {
  readonly #listeners = new Set<Listener>();
  #pending: JobChange[] = [];

  listen(listener: Listener): Subscription {
    // A function of its own each time: the same listener may listen twice, and each ends for itself.
    const entry: Listener = (changes) => listener(changes);
    this.#listeners.add(entry);
    return {
      close: async () => {
        this.#listeners.delete(entry);
      },
    };
  }

  note(change: JobChange): void {
    if (this.#listeners.size === 0) return;
    if (this.#pending.length === 0) queueMicrotask(() => this.#tell());
    this.#pending.push(change);
  }

  close(): void {
    this.#listeners.clear();
  }

  #tell(): void {
    const changes = this.#pending;
    this.#pending = [];
    // A microtask each: a listener that throws is reported as uncaught and takes no other down with it.
    for (const listener of this.#listeners) {
      queueMicrotask(() => {
        if (this.#listeners.has(listener)) listener(changes);
      });
    }
  }
}
