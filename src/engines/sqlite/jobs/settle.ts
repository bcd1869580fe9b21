import { answerRepeat } from "../../../engine/index.ts";
import { toErrorRecord } from "../../../kernel/error-record.ts";
import type {
  Effect,
  JobState,
  Outcome,
  Payload,
  Revocation,
  Settlement,
  SettlementReply,
} from "../../../kernel/job.ts";
import { type Row, readNumber, readOptionalNumber, readText } from "../database/row.ts";
import { instantOf, toInstant } from "../instant.ts";
import { bindPayload } from "../payload.ts";
import type { Work } from "../work.ts";
import type { SettlementWire } from "./exchange-wire.ts";
import { type FoundJob, finish, makeReady } from "./finish.ts";
import { insertJob } from "./insert.ts";
import { readRevocation, readState } from "./record.ts";

/** Applies one settlement. `undefined`: a success was applied, which is what nearly all of them are. */
export function settle(work: Work, wire: SettlementWire): SettlementReply | undefined {
  try {
    if (wire.kind === "other") return settleAtOnce(work, wire.settlement);
    return settleSuccess(work, wire);
  } catch (error) {
    return work.refuse(error, refused);
  }
}

function settleSuccess(work: Work, wire: Extract<SettlementWire, { kind: "success" }>): SettlementReply | undefined {
  const { receipt, fence, id, result, retainMs } = wire;
  const lane = work.claimedLanes.take(receipt);
  if (lane !== undefined && succeed(work, { receipt, fence, id, lane }, result, retainMs)) return undefined;
  const outcome = { kind: "succeeded", result, retainMs } as const;
  return apply(work, { id, fence, receipt, outcome, effects: [] });
}

function settleAtOnce(work: Work, settlement: Settlement): SettlementReply {
  // A single statement needs no savepoint.
  if (settlement.effects.length === 0) return apply(work, settlement);
  return work.attempt(() => {
    const reply = apply(work, settlement);
    if (reply.status === "applied") commitEffects(work, settlement.effects);
    return reply;
  }, refused);
}

/** A repeat pushes the same ids again, which changes nothing. */
function commitEffects(work: Work, effects: readonly Effect[]): void {
  for (const { job } of effects) insertJob(work, job.id, job.input, job);
}

interface NumberedClaim {
  readonly id: string;
  readonly fence: number;
  readonly receipt: number;
  readonly lane: number;
}

function succeed(work: Work, claim: NumberedClaim, result: Payload | undefined, retainMs: number): boolean {
  const { nowMs } = work;
  const value = bindPayload(result, "result", claim.id);
  const changed = work.statements
    .hot("jobs/succeed")
    .run(nowMs, toInstant(nowMs + retainMs), value, claim.receipt, claim.id, claim.fence, claim.lane);
  if (changed === 0) return false;
  work.moved(work.lanes.get(claim.lane), claim.id, "active", "succeeded");
  return true;
}

/** What a settlement finds. */
interface Standing extends FoundJob {
  readonly fence: number;
  readonly revocation: Revocation | undefined;
  readonly retainMs: number;
}

function apply(work: Work, { id, fence, receipt, outcome }: Settlement): SettlementReply {
  const job = findStanding(work, Number(receipt), id);
  if (job === undefined || job.state !== "active" || job.fence !== fence) return answerRepeat({ fence, outcome }, job);
  if (outcome.kind === "succeeded") {
    succeed(work, { id, fence, receipt: job.sequence, lane: job.lane.id }, outcome.result, outcome.retainMs);
    return { status: "applied", state: "succeeded" };
  }
  return { status: "applied", state: applyOther(work, job, outcome) };
}

function applyOther(work: Work, job: Standing, outcome: Exclude<Outcome, { kind: "succeeded" }>): JobState {
  // Someone asked to end this job while it ran: whatever it came to, short of success, it goes no further.
  if (job.revocation !== undefined) {
    const retainMs = "retainMs" in outcome ? outcome.retainMs : job.retainMs;
    const failure = "error" in outcome ? { error: outcome.error, failures: 1 } : {};
    finish(work, job, { state: "revoked", retainMs, revocation: job.revocation, ...failure });
    return "revoked";
  }
  switch (outcome.kind) {
    case "failed":
      finish(work, job, { state: "failed", retainMs: outcome.retainMs, error: outcome.error, failures: 1 });
      return "failed";
    case "revoked": {
      const revocation = { by: outcome.by, reason: outcome.reason };
      finish(work, job, { state: "revoked", retainMs: outcome.retainMs, revocation });
      return "revoked";
    }
    case "retried":
    case "snoozed":
      return reschedule(work, job, outcome);
    case "released":
      makeReady(work, job);
      return "ready";
  }
}

type Later = Extract<Outcome, { kind: "retried" | "snoozed" }>;

function reschedule(work: Work, job: Standing, outcome: Later): JobState {
  work.statements.named("jobs/reschedule").run({
    sequence: job.sequence,
    due_at: instantOf(outcome.due, work.nowMs),
    failures: outcome.kind === "retried" ? 1 : 0,
    error: outcome.kind === "retried" ? JSON.stringify(outcome.error) : null,
  });
  work.moved(job.lane, job.id, job.state, "scheduled");
  return "scheduled";
}

function findStanding(work: Work, sequence: number, id: string): Standing | undefined {
  const row: Row | undefined = work.statements.hot("jobs/standing").get(sequence);
  if (row === undefined || readText(row, 0) !== id) return undefined;
  return {
    sequence,
    id,
    lane: work.lanes.get(readNumber(row, 1)),
    state: readState(row, 2),
    fence: readNumber(row, 3),
    revocation: readRevocation(row, 4),
    retainMs: readOptionalNumber(row, 6) ?? 0,
  };
}

function refused(error: unknown): SettlementReply {
  return { status: "refused", error: toErrorRecord(error) };
}
