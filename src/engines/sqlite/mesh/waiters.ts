import { TooLarge } from "../../../kernel/errors.ts";
import type { Link } from "./link.ts";
import type { Signal } from "./signal.ts";
import type { ReadyJobs, Waiter } from "./waiter.ts";

// Interests kept after their last waiter has gone: a worker comes back with the same one after every job.
const KEPT_GROUPS = 64;

// 1 MiB holds 5,000 task names of the greatest length.
const INTEREST_LIMIT_BYTES = 1024 * 1024;

/** The waiters of one interest. */
interface Group {
  readonly number: number;
  readonly key: string;
  readonly queues: ReadonlySet<string> | undefined;
  readonly tasks: ReadonlySet<string>;
  readonly waiters: Set<string>;
}

/**
 * The idle workers of this process. Peers are told how many there are of each interest, and only when they would count
 * too few: a peer that wakes one counts it off by itself, and one that went off by itself is not announced at all. A
 * peer that still counts on it is answered with `missed` and tries another. So a job costs one wake and, when its worker
 * is idle again, one announcement to the peer that woke it, however many other processes there are.
 */
export class Waiters {
  readonly #groups = new Map<string, Group>();
  readonly #groupOf = new Map<string, Group>();
  /** For each peer, how many idle workers of a group it counts on, by the group's number. */
  readonly #told = new Map<Link, Map<number, number>>();
  #lastNumber = 0;

  /** @throws TooLarge (`TOO_LARGE`) for an interest of more than 1 MiB. */
  add({ id, interest }: Waiter): void {
    this.remove(id);
    const group = this.#groupFor(interest.queues, interest.tasks);
    group.waiters.add(id);
    this.#groupOf.set(id, group);
    for (const [link, told] of this.#told) if ((told.get(group.number) ?? 0) < group.waiters.size) link.schedule();
  }

  remove(id: string): void {
    this.#groupOf.get(id)?.waiters.delete(id);
    this.#groupOf.delete(id);
  }

  /** Takes off as many waiters as there are jobs for them, those of `group` first. */
  take(jobs: ReadyJobs, group?: number): string[] {
    const taken: string[] = [];
    for (const candidate of this.#candidates(jobs, group)) {
      for (const id of candidate.waiters) {
        if (taken.length >= jobs.count) return taken;
        this.remove(id);
        taken.push(id);
      }
    }
    return taken;
  }

  /** A peer's wake counted off so many of the group on its side. */
  countOff(link: Link, group: number, count: number): void {
    const told = this.#told.get(link);
    const known = told?.get(group);
    if (known !== undefined) told?.set(group, Math.max(0, known - count));
  }

  connect(link: Link): void {
    this.#told.set(link, new Map());
    link.schedule();
  }

  disconnect(link: Link): void {
    this.#told.delete(link);
  }

  /** What the peer is still to be told. */
  collect(link: Link): Signal[] {
    const told = this.#told.get(link);
    if (told === undefined) return [];
    const signals: Signal[] = [];
    for (const { number, queues, tasks, waiters } of this.#groups.values()) {
      const known = told.get(number);
      if (waiters.size <= (known ?? 0)) continue;
      if (known === undefined)
        signals.push({ kind: "group", group: number, queues: queues && [...queues], tasks: [...tasks] });
      signals.push({ kind: "idle", group: number, count: waiters.size });
      told.set(number, waiters.size);
    }
    return signals;
  }

  #groupFor(queues: readonly string[] | undefined, tasks: readonly string[]): Group {
    const key = JSON.stringify([queues ?? null, tasks]);
    const known = this.#groups.get(key);
    if (known !== undefined) return known;
    checkSize(key);
    this.#dissolveEmpty();
    this.#lastNumber += 1;
    const group: Group = {
      number: this.#lastNumber,
      key,
      queues: queues && new Set(queues),
      tasks: new Set(tasks),
      waiters: new Set(),
    };
    this.#groups.set(key, group);
    return group;
  }

  #dissolveEmpty(): void {
    if (this.#groups.size < KEPT_GROUPS) return;
    for (const group of [...this.#groups.values()].filter(({ waiters }) => waiters.size === 0)) {
      this.#groups.delete(group.key);
      for (const [link, told] of this.#told) {
        if (told.delete(group.number)) link.send({ kind: "dissolved", group: group.number });
      }
    }
  }

  #candidates({ queue, task }: ReadyJobs, preferred: number | undefined): Group[] {
    const fitting = [...this.#groups.values()].filter(
      ({ queues, tasks, waiters }) => waiters.size > 0 && tasks.has(task) && (queues?.has(queue) ?? true),
    );
    return fitting.sort((left, right) => Number(right.number === preferred) - Number(left.number === preferred));
  }
}

function checkSize(key: string): void {
  const bytes = Buffer.byteLength(key);
  if (bytes <= INTEREST_LIMIT_BYTES) return;
  throw new TooLarge(
    `The queues and tasks of a worker take ${bytes} bytes, over the limit of ${INTEREST_LIMIT_BYTES} that peers can be told: ` +
      "split the tasks over several workers.",
    { details: { bytes, limitBytes: INTEREST_LIMIT_BYTES } },
  );
}
