import type { Slots } from "./slots.ts";

/** The slot of one attempt, which it leaves while its handler waits for other jobs. */
export class Seat {
  readonly #slots: Slots;
  #waits = 0;
  #state: "held" | "left" | "ended" = "held";

  constructor(slots: Slots) {
    this.#slots = slots;
    slots.take();
  }

  leave(): void {
    this.#waits += 1;
    if (this.#waits === 1 && this.#state === "held" && this.#slots.leave()) this.#state = "left";
  }

  /** The first of several waits that ends has the others go on: the handler as a whole still waits. */
  async comeBack(): Promise<void> {
    this.#waits -= 1;
    if (this.#waits > 0 || this.#state !== "left") return;
    await this.#slots.comeBack();
    this.#sitDown();
  }

  end(): void {
    if (this.#state === "held") this.#slots.give();
    if (this.#state === "left") this.#slots.endWait();
    this.#state = "ended";
  }

  #sitDown(): void {
    if (this.#state === "ended" || this.#waits > 0) {
      this.#slots.give();
      return;
    }
    this.#slots.endWait();
    this.#state = "held";
  }
}
