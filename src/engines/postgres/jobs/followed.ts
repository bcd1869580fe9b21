import type { ErrorRecord } from "../../../kernel/error-record.ts";
import { LovageError } from "../../../kernel/errors.ts";
import type { NewJob, SettlementReply } from "../../../kernel/job.ts";
import type { Ask, Pool } from "../client/pool.ts";
import type { Lanes } from "./lanes.ts";
import { type CheckedRequest, checkRequest, NO_DEADLINE, pushChecked } from "./push.ts";
import { type CheckedSettlement, refusedSettlement, settle } from "./settlements.ts";

interface FollowedSettlement {
  readonly checked: CheckedSettlement;
  readonly request: CheckedRequest;
}

/** Refused by the store, with everything that was to commit with it. */
class Refusal extends LovageError {
  readonly reply: SettlementReply;

  constructor(error: ErrorRecord) {
    super(error.message);
    this.reply = { status: "refused", error };
  }
}

/** Settlements with follow-ups: what is pushed commits with the settlement, or neither does. */
export class Followed {
  readonly #schema: string;
  readonly #pool: Pool;
  readonly #lanes: Lanes;

  constructor(parts: { readonly schema: string; readonly pool: Pool; readonly lanes: Lanes }) {
    this.#schema = parts.schema;
    this.#pool = parts.pool;
    this.#lanes = parts.lanes;
  }

  /** The replies by their places; what is not there has no claim any more. */
  async settle(
    settlements: readonly CheckedSettlement[],
    deadlineAt: number,
  ): Promise<ReadonlyMap<number, SettlementReply>> {
    const replies = new Map<number, SettlementReply>();
    const plain: FollowedSettlement[] = [];
    const keyed: FollowedSettlement[] = [];
    for (const checked of settlements) {
      const jobs = checked.settlement.effects.map(({ job }) => job);
      const request = checkRequest({ jobs, maxDepth: {}, deadlineAt: NO_DEADLINE });
      if (request instanceof LovageError) replies.set(checked.index, refusedSettlement(request));
      else (jobs.some(({ key }) => key !== undefined) ? keyed : plain).push({ checked, request });
    }
    // Only a key can be in the way of a follow-up: the others share a transaction.
    const groups = [...(plain.length > 0 ? [plain] : []), ...keyed.map((one) => [one])];
    for (const group of groups)
      for (const [index, reply] of await this.#settleTogether(group, deadlineAt)) replies.set(index, reply);
    return replies;
  }

  async #settleTogether(
    group: readonly FollowedSettlement[],
    deadlineAt: number,
  ): Promise<ReadonlyMap<number, SettlementReply>> {
    await this.#lanes.know(group.flatMap(jobsOf), deadlineAt);
    try {
      return await this.#pool.transaction((ask) => this.#settleWithin(group, ask), deadlineAt);
    } catch (error) {
      // Only one that is alone in its transaction can be refused.
      const [only] = group;
      if (!(error instanceof Refusal) || only === undefined) throw error;
      return new Map([[only.checked.index, error.reply]]);
    }
  }

  async #settleWithin(group: readonly FollowedSettlement[], ask: Ask): Promise<ReadonlyMap<number, SettlementReply>> {
    const replies = await settle(
      group.map(({ checked }) => checked),
      this.#schema,
      ask,
    );
    const requests = group.filter(({ checked }) => isPushed(checked, replies)).map(({ request }) => request);
    if (requests.length === 0) return replies;
    const context = { schema: this.#schema, lanes: this.#lanes, deadlineAt: NO_DEADLINE };
    const pushed = await pushChecked(requests, context, (statements) => Promise.all(statements.map(ask)));
    for (const reply of pushed) if (reply.status === "refused") throw new Refusal(reply.error);
    return replies;
  }
}

/** Nobody waits for the jobs that were to replace one whose end a caller asked for. */
function isPushed({ index, settlement }: CheckedSettlement, replies: ReadonlyMap<number, SettlementReply>): boolean {
  const reply = replies.get(index);
  return reply?.status === "applied" && (settlement.outcome.kind !== "replaced" || reply.state === "waiting");
}

function jobsOf({ request }: FollowedSettlement): readonly NewJob[] {
  return request.jobs.map(({ job }) => job);
}
