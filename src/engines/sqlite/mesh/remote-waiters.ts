import type { Link } from "./link.ts";
import type { Signal, WakeSignal } from "./signal.ts";
import type { ReadyJobs } from "./waiter.ts";

interface Group {
  readonly queues: ReadonlySet<string> | undefined;
  readonly tasks: ReadonlySet<string>;
  idle: number;
}

interface LinkState {
  readonly groups: Map<number, Group>;
  /** A wake was sent, and the peer has said nothing since: others go first, for it may be wedged. */
  unanswered: boolean;
}

/** The idle workers of other processes, as far as this one knows. */
export class RemoteWaiters {
  readonly #links = new Map<Link, LinkState>();

  connect(link: Link): void {
    this.#links.set(link, { groups: new Map(), unanswered: false });
  }

  disconnect(link: Link): void {
    this.#links.delete(link);
  }

  /** The peer has said something. */
  hear(link: Link): void {
    const state = this.#links.get(link);
    if (state !== undefined) state.unanswered = false;
  }

  describe(link: Link, { group, queues, tasks }: Extract<Signal, { kind: "group" }>): void {
    this.#links.get(link)?.groups.set(group, { queues: queues && new Set(queues), tasks: new Set(tasks), idle: 0 });
  }

  dissolve(link: Link, group: number): void {
    this.#links.get(link)?.groups.delete(group);
  }

  /** So many of the group are idle. */
  count(link: Link, group: number, idle: number): void {
    const known = this.#links.get(link)?.groups.get(group);
    if (known !== undefined) known.idle = idle;
  }

  /** Wakes one worker of this peer, if it has an idle one for these jobs. */
  wakeOne(link: Link, jobs: ReadyJobs): boolean {
    const group = this.#takeOne(link, jobs);
    if (group === undefined) return false;
    this.#send(link, jobs, new Map([[group, 1]]));
    return true;
  }

  /** Wakes as many as there are jobs for them, spread over the processes; answers how many. */
  wake(jobs: ReadyJobs): number {
    const wakes = new Map<Link, Map<number, number>>();
    let woken = 0;
    for (const unanswered of [false, true]) {
      const links = [...this.#links].filter(([, state]) => state.unanswered === unanswered).map(([link]) => link);
      woken += this.#spread(links, { ...jobs, count: jobs.count - woken }, wakes);
    }
    for (const [link, counts] of wakes) this.#send(link, jobs, counts);
    return woken;
  }

  /** One of each process in turn, until there are no more jobs or no more idle workers. */
  #spread(links: readonly Link[], jobs: ReadyJobs, wakes: Map<Link, Map<number, number>>): number {
    let left = jobs.count;
    let candidates = links;
    while (left > 0 && candidates.length > 0) {
      candidates = candidates.filter((link) => {
        if (left === 0) return false;
        const group = this.#takeOne(link, jobs);
        if (group === undefined) return false;
        left -= 1;
        const counts = wakes.get(link) ?? new Map<number, number>();
        wakes.set(link, counts.set(group, (counts.get(group) ?? 0) + 1));
        return true;
      });
    }
    return jobs.count - left;
  }

  #takeOne(link: Link, { queue, task }: ReadyJobs): number | undefined {
    for (const [number, group] of this.#links.get(link)?.groups ?? []) {
      if (group.idle === 0 || !suits(group, queue, task)) continue;
      group.idle -= 1;
      return number;
    }
    return undefined;
  }

  #send(link: Link, { queue, task }: ReadyJobs, counts: ReadonlyMap<number, number>): void {
    const state = this.#links.get(link);
    if (state === undefined) return;
    for (const [group, count] of counts) {
      const wake: WakeSignal = { kind: "wake", group, queue, task, count };
      link.send(wake);
    }
    state.unanswered = true;
    // Last in the order of the map, so first are those that were woken longest ago.
    this.#links.delete(link);
    this.#links.set(link, state);
  }
}

function suits({ queues, tasks }: Group, queue: string, task: string): boolean {
  return tasks.has(task) && (queues?.has(queue) ?? true);
}
