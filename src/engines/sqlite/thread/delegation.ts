import type { Link } from "../mesh/index.ts";
import type { Call, Notice } from "../protocol.ts";
import { type Letter, type Reply, send } from "./letter.ts";
import { nowMs } from "./turnstile.ts";

// Who has not come to a call by then was stopped, or has no processor. It does not begin it any more; its owner does.
const VALID_MS = 100;
const LOOK_EVERY_MS = 25;

// More is worth a turn of its own, and would make the turn of the other one long.
const MAX_JOBS = 100;
const MAX_INPUT_LENGTH = 64 * 1_024;

type Answers = Omit<Extract<Letter, { kind: "answers" }>, "kind">;

interface Given {
  readonly call: Call;
  readonly to: Link;
  readonly validUntilMs: number;
}

interface Taken {
  readonly from: Link;
  /** The number that the call has there. */
  readonly id: number;
}

export interface DelegationOptions {
  /** Who has this slot in the queue for the lock, and can do our calls as we would. */
  readonly peerAt: (slot: number) => Link | undefined;
  /** Runs a call on this thread. */
  readonly run: (call: Call) => void;
  /** Answers calls that were handed over. */
  readonly answer: (replies: readonly Reply[]) => void;
}

/**
 * Lets a small push ride in the transaction of a process that is further ahead in the queue for the write lock, instead of waiting for a
 * turn of its own: eight processes that all push and work then take the turns of the four that work. A push may be done twice, because its
 * jobs have their ids already: what is not answered in time, or by a process that ends, is done here.
 */
export class Delegation {
  readonly #options: DelegationOptions;
  readonly #given = new Map<number, Given>();
  readonly #taken = new Map<number, Taken>();
  /** Calls that were taken have negative numbers, so that they are none of this process's own. */
  #lastTaken = 0;
  #timer: NodeJS.Timeout | undefined;
  #stopped = false;

  constructor(options: DelegationOptions) {
    this.#options = options;
  }

  /** Hands calls over to the first of these processes that takes them; false where none does. */
  give(calls: readonly Call[], ahead: readonly number[]): boolean {
    // The first one is in the middle of its turn, and hears of nothing before its end.
    const to = this.#stopped ? undefined : firstOf(ahead.slice(1), this.#options.peerAt);
    if (to === undefined) return false;
    const validUntilMs = nowMs() + VALID_MS;
    if (!send(to, { kind: "calls", calls: calls.map((call) => ({ ...call, validUntilMs })) })) return false;
    for (const call of calls) this.#given.set(call.id, { call, to, validUntilMs });
    this.#timer ??= setInterval(() => this.#takeBack(({ validUntilMs: until }) => until < nowMs()), LOOK_EVERY_MS);
    return true;
  }

  /** Runs another's calls here, or gives them back after the stop. */
  take(from: Link, calls: readonly Call[]): void {
    if (this.#stopped) {
      send(from, { kind: "answers", replies: [], undone: calls.map(({ id }) => id) });
      return;
    }
    for (const call of calls) {
      this.#lastTaken -= 1;
      this.#taken.set(this.#lastTaken, { from, id: call.id });
      this.#options.run({ ...call, id: this.#lastTaken });
    }
  }

  /** Hears of calls that were handed over. */
  settle({ replies, undone }: Answers): void {
    const awaited = replies.filter(({ id }) => this.#given.delete(id));
    if (awaited.length > 0) this.#options.answer(awaited);
    this.#takeBack(({ call: { id } }) => undone.includes(id));
  }

  /** Sends the answers to calls that were taken from others to where they belong; returns the rest. */
  answer(notices: readonly Notice[]): readonly Notice[] {
    if (this.#taken.size === 0) return notices;
    const answers = new Map<Link, { replies: Reply[]; undone: number[] }>();
    const rest = notices.filter((notice) => {
      const taken = "id" in notice ? this.#taken.get(notice.id) : undefined;
      if (taken === undefined || !("id" in notice)) return true;
      this.#taken.delete(notice.id);
      const { replies, undone } = answers.get(taken.from) ?? { replies: [], undone: [] };
      if (notice.kind === "reply") replies.push({ ...notice, id: taken.id });
      else undone.push(taken.id);
      answers.set(taken.from, { replies, undone });
      return false;
    });
    for (const [from, answer] of answers) send(from, { kind: "answers", ...answer });
    return rest;
  }

  /** Does here what was handed over to a process that has ended, and forgets whom it awaits there. */
  forget(peer: Link): void {
    for (const [id, { from }] of this.#taken) if (from === peer) this.#taken.delete(id);
    this.#takeBack(({ to }) => to === peer);
  }

  /** Does here what was handed over; from then on nothing is, and nothing is taken. */
  stop(): void {
    this.#stopped = true;
    this.#takeBack(() => true);
  }

  #takeBack(isDue: (given: Given) => boolean): void {
    for (const [id, given] of this.#given) {
      if (!isDue(given)) continue;
      this.#given.delete(id);
      this.#options.run(given.call);
    }
    if (this.#given.size > 0) return;
    clearInterval(this.#timer);
    this.#timer = undefined;
  }
}

/** Whether a call may be handed over: a push of this process that is small. */
export function isDelegable({ id, name, request }: Call): boolean {
  if (name !== "push" || id < 0) return false;
  const { values } = request as Call<"push">["request"];
  return values.length <= MAX_JOBS * 3 && values.reduce<number>(addLength, 0) <= MAX_INPUT_LENGTH;
}

function addLength(sum: number, value: string | number | Uint8Array | undefined): number {
  return typeof value === "object" || typeof value === "string" ? sum + value.length : sum;
}

function firstOf(slots: readonly number[], peerAt: (slot: number) => Link | undefined): Link | undefined {
  for (const slot of slots) {
    const peer = peerAt(slot);
    if (peer !== undefined) return peer;
  }
  return undefined;
}
