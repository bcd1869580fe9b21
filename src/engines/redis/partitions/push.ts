import type { PushedJob, PushReply, PushRequest } from "../../../engine/index.ts";
import { sleep, systemClock } from "../../../kernel/clock.ts";
import { type ErrorRecord, toErrorRecord } from "../../../kernel/error-record.ts";
import type { NewJob } from "../../../kernel/job.ts";
import { findMistake } from "../jobs/push-wire.ts";
import { isKeyReserved } from "../jobs/refusal.ts";
import type { Partition } from "../partition.ts";
import { Depths, widen } from "./depths.ts";
import { writeLetter } from "./letter.ts";
import type { Outbox } from "./outbox.ts";
import type { Partitions } from "./partitions.ts";
import { findMisplaced } from "./placement.ts";
import { type Reservation, reserve, unreserve } from "./reservation.ts";

// Whatever holds a key for the moment is stored, or gives it up, within a few round trips. Spread, since two may each hold
// what the other needs.
const RESERVED_MS = 20;

/** A request, and where its reply belongs. */
interface Entry {
  readonly index: number;
  readonly request: PushRequest;
}

type Answer = readonly [index: number, reply: PushReply];

/** Pushes to all partitions: what one of them can store goes there as it is, the rest through an outbox. */
export class PartitionedPush {
  readonly #partitions: Partitions;
  readonly #outbox: Outbox;

  constructor(partitions: Partitions, outbox: Outbox) {
    this.#partitions = partitions;
    this.#outbox = outbox;
  }

  async push(requests: readonly PushRequest[]): Promise<readonly PushReply[]> {
    const replies = new Map<number, PushReply>();
    let entries: readonly Entry[] = requests.map((request, index) => ({ index, request }));
    while (entries.length > 0) {
      for (const [index, reply] of await this.#pushOnce(entries)) replies.set(index, reply);
      entries = entries.filter(({ index, request }) => mayComeAgain(replies.get(index), request));
      if (entries.length > 0) await sleep(systemClock, RESERVED_MS * (1 + Math.random()));
    }
    return requests.map((_, index) => replies.get(index) ?? { status: "stored", jobs: [] });
  }

  async #pushOnce(entries: readonly Entry[]): Promise<readonly Answer[]> {
    const requests = entries.map(({ request }) => request);
    const depths = await Depths.read(this.#partitions, requests);
    const mistakes = requests.map((request) => findMistake(request) ?? findMisplaced(this.#partitions, request.jobs));
    const refused = entries.flatMap(({ index }, at): Answer[] => {
      const error = mistakes[at];
      return error === undefined ? [] : [[index, { status: "refused", error }]];
    });
    const good = entries.filter((_, at) => mistakes[at] === undefined);
    return [...refused, ...(await this.#send(good, depths))];
  }

  async #send(entries: readonly Entry[], depths: Depths): Promise<readonly Answer[]> {
    const groups = Map.groupBy(entries, ({ request }) => this.#onlyPartitionOf(request));
    const crossing = groups.get(undefined) ?? [];
    groups.delete(undefined);
    const parcels = [...groups].map(([partition, group]) => ({
      partition: partition ?? this.#partitions.first,
      group,
    }));
    const outcomes = await Promise.allSettled(
      parcels.map(({ partition, group }) => this.#pushTo(partition, group, depths)),
    );
    // One after the other, so that each finds those before it counted.
    for (const entry of crossing) outcomes.push(...(await Promise.allSettled([this.#cross(entry, depths)])));
    return answersOf([...parcels.map(({ group }) => group), ...crossing.map((entry) => [entry])], outcomes);
  }

  /** `undefined`: it reaches several. */
  #onlyPartitionOf({ jobs }: PushRequest): Partition | undefined {
    const [first = this.#partitions.first, ...others] = new Set(jobs.map(({ id }) => this.#partitions.of(id)));
    return others.length === 0 ? first : undefined;
  }

  async #pushTo(partition: Partition, entries: readonly Entry[], depths: Depths): Promise<readonly Answer[]> {
    const narrowed = entries.map(({ request }): PushRequest => {
      const maxDepth = depths.limitsIn(partition, request);
      depths.add(partition, request.jobs);
      return { ...request, maxDepth };
    });
    const replies = await partition.jobs.push(narrowed);
    return replies.flatMap((reply, at) => {
      const entry = entries[at];
      return entry === undefined ? [] : [[entry.index, toldWidely(reply, entry.request)]];
    });
  }

  async #cross({ index, request }: Entry, depths: Depths): Promise<readonly Answer[]> {
    const reservation = await reserve(this.#partitions, request.jobs);
    const error = reservation.refusal ?? (await this.#store(reservation.fresh, request, depths));
    if (error !== undefined) return [[index, { status: "refused", error }]];
    return [[index, { status: "stored", jobs: pushedJobs(request.jobs, reservation) }]];
  }

  /**
   * Once they are in the outbox of one partition they are stored, all of them; answered when they have arrived. Says why they
   * are not stored, if so.
   */
  async #store(
    jobs: readonly NewJob[],
    { maxDepth, deadlineAt }: PushRequest,
    depths: Depths,
  ): Promise<ErrorRecord | undefined> {
    const groups = [...this.#partitions.group(jobs, ({ id }) => id)];
    const letters = groups.map(([partition, group]) => writeLetter(partition, group));
    const [first] = letters;
    if (first === undefined) return undefined;
    const error = depths.findFull(maxDepth, jobs) ?? (await this.#outbox.post(first.to, letters, deadlineAt));
    if (error !== undefined) {
      await unreserve(this.#partitions, jobs);
      return error;
    }
    for (const [partition, group] of groups) depths.add(partition, group);
    await this.#outbox.deliver(first.to, letters);
    return undefined;
  }
}

/** A partition that cannot be reached concerns those whose jobs it has, and no others. */
function answersOf(
  parcels: readonly (readonly Entry[])[],
  outcomes: readonly PromiseSettledResult<readonly Answer[]>[],
): readonly Answer[] {
  const [failed] = outcomes.filter((one) => one.status === "rejected");
  if (failed !== undefined && outcomes.every(({ status }) => status === "rejected")) throw failed.reason;
  return outcomes.flatMap((outcome, at): readonly Answer[] => {
    if (outcome.status === "fulfilled") return outcome.value;
    const error = toErrorRecord(outcome.reason);
    return (parcels[at] ?? []).map(({ index }): Answer => [index, { status: "refused", error }]);
  });
}

function toldWidely(reply: PushReply, request: PushRequest): PushReply {
  return reply.status === "refused" ? { status: "refused", error: widen(reply.error, request) } : reply;
}

function pushedJobs(jobs: readonly NewJob[], { existing }: Reservation): PushedJob[] {
  return jobs.map(({ id }, index): PushedJob => {
    const standing = existing.get(index);
    return standing === undefined ? { id, outcome: "created" } : { id: standing, outcome: "existing" };
  });
}

/** Refused only for now, and there is time left. */
function mayComeAgain(reply: PushReply | undefined, { deadlineAt }: PushRequest): boolean {
  return reply?.status === "refused" && isKeyReserved(reply.error) && Date.now() < deadlineAt;
}
