import type { ClaimRequest, ExchangeReply, ExchangeRequest } from "../../../engine/index.ts";
import { answerRepeat } from "../../../engine/index.ts";
import { LovageError } from "../../../kernel/errors.ts";
import type { ClaimedJob, Settlement, SettlementReply } from "../../../kernel/job.ts";
import { texts } from "../client/arrays.ts";
import type { Statement } from "../client/connection.ts";
import type { Row } from "../client/library.ts";
import { OPERATION_MS, type Pool } from "../client/pool.ts";
import { readSql } from "../database/texts.ts";
import { CLAIM_COLUMNS, encodeClaim, isFilled, isQuarantined, laneOf, toClaimedJob } from "./claim.ts";
import { ClaimOrder } from "./claim-order.ts";
import { readFilled } from "./filled.ts";
import type { Followed } from "./followed.ts";
import type { Lanes } from "./lanes.ts";
import {
  type CheckedSettlement,
  checkSettlement,
  encodeSuccesses,
  inOrder,
  noteSuccesses,
  refusedSettlement,
  settle,
  toStanding,
} from "./settlements.ts";

interface Claimed {
  readonly claimed: readonly ClaimedJob[];
  readonly quarantined: boolean;
}

const NOTHING: Claimed = { claimed: [], quarantined: false };

/**
 * Settles and claims. Nearly all settlements are successes without follow-ups: these go with the claim in one statement.
 * The others go before it, each kind in a statement of its own.
 */
export class Exchanges {
  readonly #schema: string;
  readonly #pool: Pool;
  readonly #lanes: Lanes;
  readonly #followed: Followed;
  readonly #order = new ClaimOrder();

  constructor(parts: {
    readonly schema: string;
    readonly pool: Pool;
    readonly lanes: Lanes;
    readonly followed: Followed;
  }) {
    this.#schema = parts.schema;
    this.#pool = parts.pool;
    this.#lanes = parts.lanes;
    this.#followed = parts.followed;
  }

  async exchange(request: ExchangeRequest): Promise<ExchangeReply> {
    // One that asks for nothing is told, too, that the engine does not run.
    this.#pool.checkOpen();
    const deadlineAt = Date.now() + OPERATION_MS;
    const replies = new Map<number, SettlementReply>();
    const successes: CheckedSettlement[] = [];
    const others: CheckedSettlement[] = [];
    const names = new Set<string>();
    for (const [index, settlement] of request.settlements.entries()) {
      const checked = checkSettlement(settlement, index);
      if (checked instanceof LovageError) {
        replies.set(index, refusedSettlement(checked));
        continue;
      }
      // A second settlement of one job comes when the first has ended the claim.
      if (names.has(settlement.id)) continue;
      names.add(settlement.id);
      if (isShort(settlement)) successes.push(checked);
      else others.push(checked);
    }
    for (const [index, reply] of await this.#settleOthers(others, deadlineAt)) replies.set(index, reply);
    const claimed = await this.#exchange(inOrder(successes), request, replies, deadlineAt);
    const settled = await this.#answerAll(request.settlements, replies);
    return { settled, ...claimed };
  }

  async #settleOthers(
    settlements: readonly CheckedSettlement[],
    deadlineAt: number,
  ): Promise<ReadonlyMap<number, SettlementReply>> {
    const replies = new Map<number, SettlementReply>();
    const simple = settlements.filter(({ settlement }) => settlement.effects.length === 0);
    const followed = settlements.filter(({ settlement }) => settlement.effects.length > 0);
    const ask = (statement: Statement) => this.#pool.run(statement, deadlineAt);
    for (const [index, reply] of await settle(simple, this.#schema, ask)) replies.set(index, reply);
    for (const [index, reply] of await this.#followed.settle(followed, deadlineAt)) replies.set(index, reply);
    return replies;
  }

  async #exchange(
    successes: readonly CheckedSettlement[],
    request: ExchangeRequest,
    replies: Map<number, SettlementReply>,
    deadlineAt: number,
  ): Promise<Claimed> {
    const claim = request.claim === undefined || request.claim.max <= 0 ? undefined : request.claim;
    const statement = this.#statement(successes, request, claim);
    if (statement === undefined) return NOTHING;
    const { rows } = await this.#pool.run(statement, deadlineAt);
    if (successes.length > 0) noteSuccesses(replies, successes, rows[0]?.[0] ?? null);
    return claim === undefined ? NOTHING : this.#readClaim(rows, deadlineAt);
  }

  #statement(
    successes: readonly CheckedSettlement[],
    request: ExchangeRequest,
    claim: ClaimRequest | undefined,
  ): Statement | undefined {
    const schema = this.#schema;
    const claimValues = claim === undefined ? [] : encodeClaim(request, claim, this.#order.oldestAmong(claim.max));
    if (successes.length === 0) {
      if (claim === undefined) return undefined;
      const text = `SELECT NULL, ${CLAIM_COLUMNS} FROM ${schema}.claim($1, $2, $3, $4, $5, $6, $7, $8, $9)`;
      return { text, values: claimValues };
    }
    const values = [...encodeSuccesses(successes), ...claimValues];
    if (claim === undefined) return { text: `SELECT ${schema}.succeed($1, $2, $3, $4, $5)`, values };
    // The claim hangs on the settlement's answer, so it comes after it.
    const text = `SELECT missing, ${CLAIM_COLUMNS} FROM ${schema}.succeed($1, $2, $3, $4, $5) AS missing LEFT JOIN LATERAL ${schema}.claim($6, $7, $8, $9, $10 + 0 * coalesce(cardinality(missing), 0), $11, $12, $13, $14) ON true`;
    return { text, values };
  }

  async #readClaim(rows: readonly Row[], deadlineAt: number): Promise<Claimed> {
    const ids = rows.filter((row) => isFilled(row, 1)).map((row) => String(row[1]));
    const filled = await readFilled(ids, this.#schema, (statement) => this.#pool.run(statement, deadlineAt));
    const jobs: (ClaimedJob & { readonly sequence: number })[] = [];
    let quarantined = false;
    for (const row of rows) {
      if (row[1] == null) {
        quarantined = isQuarantined(row, 1);
        continue;
      }
      const number = laneOf(row, 3);
      const lane = this.#lanes.names.get(number) ?? (await this.#lanes.nameOf(number));
      const job = toClaimedJob(row, 1, lane, filled.get(String(row[1])) ?? []);
      jobs.push({ ...job, sequence: Number(job.receipt) });
    }
    return { claimed: this.#order.arrange(jobs).map(({ sequence: _, ...job }) => job), quarantined };
  }

  /** Looks for what became of those that were not found under their fence: a repeat is answered as before. */
  async #answerAll(
    settlements: readonly Settlement[],
    replies: ReadonlyMap<number, SettlementReply>,
  ): Promise<readonly SettlementReply[]> {
    if (replies.size === settlements.length) return settlements.map((_, index) => replies.get(index) ?? STALE);
    const ids = settlements.filter((_, index) => !replies.has(index)).map(({ id }) => id);
    const { rows } = await this.#pool.run({ text: readSql("jobs/standing", this.#schema), values: [texts(ids)] });
    const standings = new Map(rows.map(toStanding).map((standing) => [standing.id, standing]));
    return settlements.map((settlement, index) => {
      return replies.get(index) ?? answerRepeat(settlement, standings.get(settlement.id));
    });
  }
}

const STALE: SettlementReply = { status: "stale" };

function isShort({ outcome, effects }: Settlement): boolean {
  return outcome.kind === "succeeded" && effects.length === 0;
}
