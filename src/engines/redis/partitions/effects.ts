import { fromErrorRecord } from "../../../kernel/error-record.ts";
import type { NewJob, Settlement, SettlementReply } from "../../../kernel/job.ts";
import { findMistake, type PostingSettlement } from "../jobs/exchange-wire.ts";
import { isKeyReserved } from "../jobs/refusal.ts";
import { type Letter, writeLetter } from "./letter.ts";
import type { Outbox } from "./outbox.ts";
import type { Partitions } from "./partitions.ts";
import { findMisplaced } from "./placement.ts";
import { release, reserve } from "./reservation.ts";

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
    const own = this.#partitions.of(settlement.id);
    const far = jobs.filter(({ id }) => this.#partitions.of(id) !== own);
    if (far.length === 0) return { settlement, letters: [], refusal };
    const near = settlement.effects.filter(({ job }) => this.#partitions.of(job.id) === own);
    return this.#post({ ...settlement, effects: near }, far);
  }

  /** Delivers what a settlement posted, which its worker need not wait for where a partition is away: upkeep does it then. */
  async finish({ settlement, letters }: Prepared, reply: SettlementReply): Promise<void> {
    if (letters.length === 0) return;
    const from = this.#partitions.of(settlement.id);
    if (!wasPosted(settlement, reply)) await release(this.#partitions, jobsOf(letters));
    else if (letters.every(({ to }) => to.store.isUp)) await this.#outbox.deliver(from, letters);
  }

  async #post(settlement: Settlement, far: readonly NewJob[]): Promise<Prepared> {
    const isKeyed = far.some(({ key }) => key !== undefined);
    const reservation = isKeyed ? await reserve(this.#partitions, far) : { refusal: undefined, fresh: far };
    const { refusal: error, fresh } = reservation;
    if (error !== undefined && isKeyReserved(error)) throw fromErrorRecord(error);
    if (error !== undefined) return { settlement, letters: [], refusal: { status: "refused", error } };
    const groups = [...this.#partitions.group(fresh, ({ id }) => id)];
    const letters = groups.map(([partition, group]) => writeLetter(partition, group));
    const packed = letters.map((letter) => letter.packed);
    return { settlement: { ...settlement, letters: packed }, letters, refusal: undefined };
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
