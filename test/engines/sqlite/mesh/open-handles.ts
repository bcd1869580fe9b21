import { type AsyncHook, createHook } from "node:async_hooks";

/**
 * Sockets, servers and timers of the library that were opened since and are not closed. Node lists only handles that
 * keep the process alive, and those of a mesh do not; so this watches them being made and destroyed.
 */
export class OpenHandles {
  readonly #names = new Map<number, string>();
  readonly #hook: AsyncHook;

  constructor() {
    this.#hook = createHook({
      init: (id, type) => {
        // Timers of the test runner are not ours; those of the library all come from its clock.
        const ours = type.startsWith("PIPE") || (type === "Timeout" && new Error().stack?.includes("kernel/clock.ts"));
        if (ours) this.#names.set(id, type);
      },
      destroy: (id) => this.#names.delete(id),
    }).enable();
  }

  names(): string[] {
    return [...this.#names.values()];
  }

  disable(): void {
    this.#hook.disable();
  }
}
