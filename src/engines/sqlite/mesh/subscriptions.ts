import { systemClock, type Timer } from "../../../kernel/clock.ts";
import type { Link } from "./link.ts";
import type { Signal } from "./signal.ts";

/** How long `subscribe` waits for a peer that does not answer. */
export const ACKNOWLEDGE_TIMEOUT_MS = 1_000;

// Topics in one signal, so that it stays far below the limit of a frame.
const TOPICS_PER_SIGNAL = 1_000;

interface LinkState {
  /** What the peer subscribes to. */
  readonly remote: Set<string>;
  /** What it knows of this process's subscriptions. */
  readonly told: Set<string>;
  readonly changed: Set<string>;
  /** The last of our changes that it was told, and that it acknowledged. -1: none, which makes the first one go out. */
  toldSequence: number;
  acknowledged: number;
  /** A change of its own that it waits to have acknowledged. */
  due: number | undefined;
  /** It let a deadline pass and has said nothing since: it is not waited for again. */
  silent: boolean;
}

interface Pending {
  readonly sequence: number;
  readonly links: Set<Link>;
  readonly timer: Timer;
  readonly resolve: () => void;
}

/** Which topics this process and its peers listen to. Every peer is told ours, so that it sends only what is heard. */
export class Subscriptions {
  readonly #own = new Set<string>();
  readonly #links = new Map<Link, LinkState>();
  readonly #pending = new Set<Pending>();
  #sequence = 0;

  has(topic: string): boolean {
    return this.#own.has(topic);
  }

  /** Whether this process or any peer listens. */
  heard(topic: string): boolean {
    return this.#own.has(topic) || this.subscribers(topic).length > 0;
  }

  subscribers(topic: string): Link[] {
    const links: Link[] = [];
    for (const [link, { remote }] of this.#links) if (remote.has(topic)) links.push(link);
    return links;
  }

  /** Resolves when every peer has acknowledged, is gone, or was silent for `ACKNOWLEDGE_TIMEOUT_MS`. */
  subscribe(topic: string): Promise<void> {
    if (!this.#own.has(topic)) {
      this.#own.add(topic);
      this.#sequence += 1;
      this.#change(topic);
    }
    return this.acknowledged();
  }

  unsubscribe(topic: string): void {
    if (this.#own.delete(topic)) this.#change(topic);
  }

  /** Resolves when every peer knows the subscriptions as they are now, by the rules of `subscribe`. */
  acknowledged(): Promise<void> {
    const sequence = this.#sequence;
    const links = [...this.#links].filter(([, state]) => !state.silent && state.acknowledged < sequence);
    if (links.length === 0) return Promise.resolve();
    return new Promise((resolve) => {
      const timer = systemClock.setTimer(ACKNOWLEDGE_TIMEOUT_MS, () => this.#giveUp(pending));
      const pending: Pending = { sequence, links: new Set(links.map(([link]) => link)), timer, resolve };
      this.#pending.add(pending);
    });
  }

  connect(link: Link): void {
    this.#links.set(link, {
      remote: new Set(),
      told: new Set(),
      changed: new Set(this.#own),
      toldSequence: -1,
      acknowledged: -1,
      due: undefined,
      silent: false,
    });
    link.schedule();
  }

  disconnect(link: Link): void {
    this.#links.delete(link);
    for (const pending of this.#pending) this.#settle(pending, link);
  }

  /** What the peer is still to be told. */
  collect(link: Link): Signal[] {
    const state = this.#links.get(link);
    if (state === undefined) return [];
    const signals: Signal[] = [];
    if (state.due !== undefined) signals.push({ kind: "acknowledged", sequence: state.due });
    state.due = undefined;
    while (state.changed.size > 0 || state.toldSequence < this.#sequence) signals.push(this.#nextChange(state));
    return signals;
  }

  /** A change of the peer's subscriptions. */
  update(link: Link, change: Extract<Signal, { kind: "topics" }>): void {
    const state = this.#links.get(link);
    if (state === undefined) return;
    for (const topic of change.unsubscribed) state.remote.delete(topic);
    for (const topic of change.subscribed) state.remote.add(topic);
    state.due = change.sequence;
    link.schedule();
  }

  acknowledge(link: Link, sequence: number): void {
    const state = this.#links.get(link);
    if (state === undefined) return;
    state.acknowledged = sequence;
    for (const pending of this.#pending) if (pending.sequence <= sequence) this.#settle(pending, link);
  }

  /** The peer has said something. */
  hear(link: Link): void {
    const state = this.#links.get(link);
    if (state !== undefined) state.silent = false;
  }

  /** Lets go of everything; who still waits for an acknowledgement waits no longer. */
  stop(): void {
    for (const link of [...this.#links.keys()]) this.disconnect(link);
  }

  #change(topic: string): void {
    for (const [link, { changed }] of this.#links) {
      changed.add(topic);
      link.schedule();
    }
  }

  #nextChange(state: LinkState): Signal {
    const topics = [...state.changed].slice(0, TOPICS_PER_SIGNAL);
    const subscribed = topics.filter((topic) => this.#own.has(topic) && !state.told.has(topic));
    const unsubscribed = topics.filter((topic) => !this.#own.has(topic) && state.told.has(topic));
    for (const topic of topics) state.changed.delete(topic);
    for (const topic of subscribed) state.told.add(topic);
    for (const topic of unsubscribed) state.told.delete(topic);
    // The sequence says that all changes before it were told, so it goes with the last part.
    if (state.changed.size === 0) state.toldSequence = this.#sequence;
    return { kind: "topics", sequence: Math.max(0, state.toldSequence), subscribed, unsubscribed };
  }

  #settle(pending: Pending, link: Link): void {
    if (!pending.links.delete(link) || pending.links.size > 0) return;
    this.#pending.delete(pending);
    pending.timer.cancel();
    pending.resolve();
  }

  #giveUp(pending: Pending): void {
    for (const link of [...pending.links]) {
      const state = this.#links.get(link);
      if (state !== undefined) state.silent = true;
      this.#settle(pending, link);
    }
  }
}
