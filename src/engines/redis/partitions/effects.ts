import { fromErrorRecord } from "../../../kernel/error-record.ts";
import type { Effect, NewJob, Settlement, SettlementReply } from "../../../kernel/job.ts";
import { findMistake, type PostingSettlement } from "../jobs/exchange-wire.ts";
import { isKeyReserved } from "../jobs/refusal.ts";
import type { Letter } from "./letter.ts";
import type { Outbox } from "./outbox.ts";
import type { Partitions } from "./partitions.ts";
import { findMisplaced } from "./placement.ts";
import { preparePosting } from "./posting.ts";
import { unreserve } from "./reservation.ts";

/** A settlement as it is sent: without what goes to other partitions, which it posts; or why it is not sent. */
export interface Prepared {
  readonly settlement: PostingSettlement;
  readonly letters: readonly Letter[];
  readonly refusal: SettlementReply | undefined;
}

/** The pushes that follow from settlements, into whatever partition. */
export class Effects {
  readonly #partitions: Partitions;
  readonly #outbox: Outbox;

  constructor(partitions: Partitions, outbox: Outbox) {
    this.#partitions = partitions;
    this.#outbox = outbox;
  }

  /** @throws EngineTimeout (`ENGINE_TIMEOUT`) where another push holds a key for the moment. */
  async prepare(settlement: Settlement): Promise<Prepared> {
    if (settlement.effects.length === 0) return { settlement, letters: [], refusal: undefined };
    const jobs = settlement.effects.map(({ job }) => job);
    const refusal = this.#refusalOf(settlement, jobs);
    if (refusal !== undefined) return { settlement, letters: [], refusal };
    const posting = await preparePosting(this.#partitions, this.#partitions.of(settlement.id), jobs);
    const { near, letters, refusal: error } = posting;
    if (error !== undefined && isKeyReserved(error)) throw fromErrorRecord(error);
    if (error !== undefined) return { settlement, letters: [], refusal: { status: "refused", error } };
    if (near.length === jobs.length) return { settlement, letters: [], refusal: undefined };
    const effects = near.map((job): Effect => ({ kind: "push", job }));
    const packed = letters.map((letter) => letter.packed);
    return { settlement: { ...settlement, effects, letters: packed }, letters, refusal: undefined };
  }

  /** Delivers what a settlement posted, as far as that can be done now. */
  async finish({ settlement, letters }: Prepared, reply: SettlementReply): Promise<void> {
    if (letters.length === 0) return;
    const from = this.#partitions.of(settlement.id);
    if (wasPosted(settlement, reply)) await this.#outbox.tryToDeliver(from, letters);
    else await unreserve(this.#partitions, jobsOf(letters));
  }

  #refusalOf(settlement: Settlement, jobs: readonly NewJob[]): SettlementReply | undefined {
    const error = findMisplaced(this.#partitions, jobs);
    return error === undefined ? findMistake(settlement) : { status: "refused", error };
  }
}

/** What gave way to a revocation has pushed nothing. */
function wasPosted({ outcome }: Settlement, reply: SettlementReply): boolean {
  return reply.status === "applied" && (outcome.kind !== "replaced" || reply.state === "waiting");
}

function jobsOf(letters: readonly Letter[]): readonly NewJob[] {
  return letters.flatMap(({ jobs }) => jobs);
}
