import { answerRepeat } from "../../../engine/index.ts";
import { toErrorRecord } from "../../../kernel/error-record.ts";
import { storedInstant } from "../../../kernel/instant.ts";
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
import { instantOf } from "../instant.ts";
import { bindPayload } from "../payload.ts";
import type { Work } from "../work.ts";
import type { SettlementWire } from "./exchange-wire.ts";
import { finish, makeReady } from "./finish.ts";
import { type FoundJob, toFoundJob } from "./found-job.ts";
import { insertJob } from "./insert.ts";
import { readRevocation } from "./record.ts";
import { nodeText } from "./workflow/node.ts";
import { openSlot } from "./workflow/slots.ts";

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
  return settleAtOnce(work, { id, fence, receipt, outcome, effects: [] });
}

function settleAtOnce(work: Work, settlement: Settlement): SettlementReply {
  const { id, receipt, outcome, effects } = settlement;
  const job = findStanding(work, Number(receipt), id);
  // A single statement needs no savepoint.
  if (effects.length === 0 && job?.node === undefined && outcome.kind !== "replaced")
    return apply(work, job, settlement);
  return work.attempt(() => {
    const reply = apply(work, job, settlement);
    if (hasEffects(outcome, reply)) commitEffects(work, effects);
    return reply;
  }, refused);
}

/** Nobody waits for the jobs that were to replace one whose end a caller asked for. */
function hasEffects({ kind }: Outcome, reply: SettlementReply): boolean {
  return reply.status === "applied" && (kind !== "replaced" || reply.state === "waiting");
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
    .run(nowMs, storedInstant(nowMs + retainMs), value, claim.receipt, claim.id, claim.fence, claim.lane);
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

function apply(work: Work, job: Standing | undefined, { fence, outcome }: Settlement): SettlementReply {
  if (job === undefined || job.state !== "active" || job.fence !== fence) return answerRepeat({ fence, outcome }, job);
  return { status: "applied", state: applyOutcome(work, job, outcome) };
}

function applyOutcome(work: Work, job: Standing, outcome: Outcome): JobState {
  // Someone asked to end this job while it ran: whatever it came to, short of success, it goes no further.
  if (job.revocation !== undefined && outcome.kind !== "succeeded") {
    const retainMs = "retainMs" in outcome ? outcome.retainMs : job.retainMs;
    const failure = "error" in outcome ? { error: outcome.error, failures: 1 } : {};
    finish(work, job, { state: "revoked", retainMs, revocation: job.revocation, ...failure });
    return "revoked";
  }
  switch (outcome.kind) {
    case "succeeded":
      finish(work, job, { state: "succeeded", retainMs: outcome.retainMs, result: outcome.result });
      return "succeeded";
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
    case "replaced":
      return replace(work, job, outcome.slot);
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

/** A job of no workflow becomes one by itself. */
function replace(work: Work, job: Standing, slot: number): JobState {
  const node = nodeText({ workflow: job.id, slots: 0, links: [] });
  work.statements.named("jobs/replace").run({ sequence: job.sequence, node });
  openSlot(work, { job: job.sequence, slot });
  work.moved(job.lane, job.id, job.state, "waiting");
  return "waiting";
}

function findStanding(work: Work, sequence: number, id: string): Standing | undefined {
  const row: Row | undefined = work.statements.hot("jobs/standing").get(sequence);
  if (row === undefined || readText(row, 1) !== id) return undefined;
  return {
    ...toFoundJob(work, row),
    fence: readNumber(row, 5),
    revocation: readRevocation(row, 6),
    retainMs: readOptionalNumber(row, 8) ?? 0,
  };
}

function refused(error: unknown): SettlementReply {
  return { status: "refused", error: toErrorRecord(error) };
}
