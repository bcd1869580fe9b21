import type { Slots } from "./slots.ts";

/** The slot of one attempt, which it leaves while its handler waits for other jobs. */
export class Seat {
  readonly #slots: Slots;
  #waits = 0;
  #state: "held" | "kept" | "left" | "ended" = "held";
  #returning: Promise<void> | undefined;

  constructor(slots: Slots) {
    this.#slots = slots;
    slots.take();
  }

  leave(): void {
    this.#waits += 1;
    if (this.#waits === 1 && this.#state === "held") this.#state = this.#slots.leave() ? "left" : "kept";
  }

  /** The first of several waits that ends has the others go on: the handler as a whole still waits. */
  async comeBack(): Promise<void> {
    this.#waits -= 1;
    if (this.#waits > 0) return;
    if (this.#state === "kept") this.#stay();
    if (this.#state !== "left") return;
    // A wait that began and ended while another comes back comes back with it: there is one slot for both.
    this.#returning ??= this.#slots.comeBack().then(() => this.#sitDown());
    await this.#returning;
  }

  end(): void {
    if (this.#state === "kept") this.#stay();
    if (this.#state === "held") this.#slots.give();
    if (this.#state === "left") this.#slots.endWait();
    this.#state = "ended";
  }

  #stay(): void {
    this.#slots.endKeeping();
    this.#state = "held";
  }

  #sitDown(): void {
    this.#returning = undefined;
    if (this.#state === "ended" || this.#waits > 0) {
      this.#slots.give();
      return;
    }
    this.#slots.endWait();
    this.#state = "held";
  }
}
