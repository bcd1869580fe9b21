import type { ClaimRequest, ExchangeReply, ExchangeRequest } from "../../../engine/index.ts";
import type { SettlementReply } from "../../../kernel/job.ts";
import type { Partition } from "../partition.ts";
import { Claiming } from "./claiming.ts";
import type { Effects, Prepared } from "./effects.ts";
import { all, type Partitions } from "./partitions.ts";
import type { Turns } from "./turns.ts";

type Groups = ReadonlyMap<Partition, readonly Prepared[]>;

/** One partition's part of an exchange, and what came of it. */
interface Part {
  readonly partition: Partition;
  readonly settled: readonly Prepared[];
  readonly share: ClaimRequest | undefined;
  readonly outcome: PromiseSettledResult<ExchangeReply>;
}

const nothing: Groups = new Map();

/** Settles each job where it is, and claims from all partitions what the worker has slots for. */
export class PartitionedExchange {
  readonly #partitions: Partitions;
  readonly #effects: Effects;
  readonly #turns: Turns;
  /** Where the last settlements failed. */
  readonly #failing = new Set<Partition>();

  constructor(partitions: Partitions, effects: Effects, turns: Turns) {
    this.#partitions = partitions;
    this.#effects = effects;
    this.#turns = turns;
  }

  async exchange(request: ExchangeRequest): Promise<ExchangeReply> {
    const prepared = await all(request.settlements, (settlement) => this.#effects.prepare(settlement));
    const sent = prepared.filter(({ refusal }) => refusal === undefined);
    const groups = this.#partitions.group(sent, ({ settlement }) => settlement.id);
    const claiming = this.#beginClaim(request.claim, groups);
    const answers = new Map<Prepared, SettlementReply>();
    let quarantined = false;
    for (const part of await this.#ask(request, groups, claiming)) {
      if (part.outcome.status === "rejected") continue;
      const { settled, quarantined: isQuarantined } = part.outcome.value;
      quarantined ||= isQuarantined;
      for (const [index, one] of part.settled.entries()) answers.set(one, settled[index] ?? { status: "stale" });
    }
    // A key that cannot be given up now lapses.
    await Promise.allSettled([...answers].map(([one, reply]) => this.#effects.finish(one, reply)));
    const settled = prepared.map((one): SettlementReply => one.refusal ?? answers.get(one) ?? { status: "stale" });
    return { settled, claimed: claiming.claimed, quarantined };
  }

  /** An exchange fails with what it is to settle, and jobs that it had claimed elsewhere would be without a worker. */
  #beginClaim(claim: ClaimRequest | undefined, groups: Groups): Claiming {
    const mayFail = [...groups.keys()].some((partition) => this.#failing.has(partition) || !partition.store.isUp);
    if (claim === undefined || mayFail) return new Claiming(undefined, []);
    const { up } = this.#partitions;
    return new Claiming(
      claim,
      this.#turns.next(claim.alone).filter((partition) => up.includes(partition)),
    );
  }

  /** In rounds, until there is nothing left to ask. @throws what a partition says that was to settle, or all say. */
  async #ask(request: ExchangeRequest, groups: Groups, claiming: Claiming): Promise<readonly Part[]> {
    const parts = await this.#askOnce(request, groups, claiming);
    for (let shares = claiming.shares(); shares.size > 0; shares = claiming.shares())
      parts.push(...(await this.#askOnce(request, nothing, claiming)));
    const failed = parts.map(({ outcome }) => outcome).find(({ status }) => status === "rejected");
    if (failed?.status === "rejected" && parts.every(({ outcome }) => outcome.status === "rejected"))
      throw failed.reason;
    return parts;
  }

  async #askOnce(request: ExchangeRequest, groups: Groups, claiming: Claiming): Promise<Part[]> {
    const shares = claiming.shares();
    const asked = new Set([...groups.keys(), ...shares.keys()]);
    if (asked.size === 0) asked.add(this.#partitions.first);
    const parts = await Promise.all(
      [...asked].map((partition) => askPart(request, partition, groups.get(partition) ?? [], shares.get(partition))),
    );
    for (const part of parts) this.#heed(part, claiming);
    for (const { settled, outcome } of parts)
      if (settled.length > 0 && outcome.status === "rejected") throw outcome.reason;
    return parts;
  }

  #heed({ partition, settled, share, outcome }: Part, claiming: Claiming): void {
    if (settled.length > 0 && outcome.status === "rejected") this.#failing.add(partition);
    else if (settled.length > 0) this.#failing.delete(partition);
    // A claim that was lost is found at the next beat.
    if (outcome.status === "rejected") claiming.close(partition);
    else if (share !== undefined) {
      claiming.take(partition, share, outcome.value);
      this.#turns.note(partition, outcome.value.quarantined);
    }
  }
}

async function askPart(
  request: ExchangeRequest,
  partition: Partition,
  settled: readonly Prepared[],
  share: ClaimRequest | undefined,
): Promise<Part> {
  const settlements = settled.map(({ settlement }) => settlement);
  const [outcome] = await Promise.allSettled([partition.jobs.exchange({ ...request, settlements, claim: share })]);
  return { partition, settled, share, outcome };
}
