import { type ClaimRequest, CRASHES_BEFORE_QUARANTINE, type ExchangeReply } from "../../../engine/index.ts";
import type { ClaimedJob } from "../../../kernel/job.ts";
import type { Partition } from "../partition.ts";

/**
 * One claim over several partitions, in rounds: what is still wanted is shared out to those that may have jobs, so that never
 * more is claimed than was asked for; whoever gives less has no more.
 */
export class Claiming {
  readonly claimed: ClaimedJob[] = [];
  readonly #request: ClaimRequest | undefined;
  #open: readonly Partition[];
  #isOver = false;

  /** `partitions`: in the order in which they are asked. */
  constructor(request: ClaimRequest | undefined, partitions: readonly Partition[]) {
    this.#request = request;
    this.#open = partitions;
  }

  /** What to ask next, of whom; nothing at the end. */
  shares(): ReadonlyMap<Partition, ClaimRequest> {
    const request = this.#request;
    const wanted = (request?.max ?? 0) - this.claimed.length;
    if (request === undefined || wanted <= 0 || this.#isOver) return new Map();
    // One that may give a job which must be alone cannot be asked beside another.
    const alone = request.alone && this.claimed.length === 0;
    const asked = this.#open.slice(0, alone ? 1 : wanted);
    const share = (index: number): number => Math.floor((wanted + asked.length - 1 - index) / asked.length);
    return new Map(asked.map((partition, index) => [partition, { ...request, alone, max: share(index) }]));
  }

  take(partition: Partition, share: ClaimRequest, { claimed }: ExchangeReply): void {
    this.claimed.push(...claimed);
    if (claimed.length < share.max) this.close(partition);
    if (share.alone && claimed.some(({ crashes }) => crashes >= CRASHES_BEFORE_QUARANTINE)) this.#isOver = true;
  }

  /** Asks it no more. */
  close(partition: Partition): void {
    this.#open = this.#open.filter((one) => one !== partition);
  }
}
