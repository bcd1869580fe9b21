import { toErrorRecord } from "../../../kernel/error-record.ts";
import { LovageError } from "../../../kernel/errors.ts";
import { storedInstant } from "../../../kernel/instant.ts";
import type { JobState, Outcome, Settlement, SettlementReply } from "../../../kernel/job.ts";
import { bigIntegers, integers, payloads, smallIntegers, texts } from "../client/arrays.ts";
import type { Statement } from "../client/connection.ts";
import type { Row } from "../client/library.ts";
import type { Ask } from "../client/pool.ts";
import { wishOf } from "../instant.ts";
import { checkText, FORM, type Form, formOf } from "./payload.ts";

/** A settlement that was found fit to be sent, and its place in the request. */
export interface CheckedSettlement {
  readonly index: number;
  readonly settlement: Settlement;
  /** Of the result. */
  readonly form: Form;
}

type Outcomes<Kind extends Outcome["kind"]> = Extract<Outcome, { readonly kind: Kind }>;

/** Checks a settlement before it travels with others, so that it fails alone. */
export function checkSettlement(settlement: Settlement, index: number): CheckedSettlement | LovageError {
  const { id, outcome } = settlement;
  try {
    const form = outcome.kind === "succeeded" ? formOf(outcome.result, "result", id) : FORM.text;
    if ("reason" in outcome) checkText(outcome.reason, `The reason of job ${id}`);
    if ("retainMs" in outcome) storedInstant(outcome.retainMs);
    if ("due" in outcome) wishOf(outcome.due);
    return { index, settlement, form };
  } catch (error) {
    if (error instanceof LovageError) return error;
    throw error;
  }
}

/** The parameters of the function `succeed`, for settlements that are successes. */
export function encodeSuccesses(settlements: readonly CheckedSettlement[]): readonly unknown[] {
  const outcomes = settlements.map(({ settlement }) => settlement.outcome as Outcomes<"succeeded">);
  return [
    texts(settlements.map(({ settlement }) => settlement.id)),
    integers(settlements.map(({ settlement }) => settlement.fence)),
    payloads(outcomes.map(({ result }) => result)),
    smallIntegers(settlements.map(({ form }) => form)),
    bigIntegers(outcomes.map(({ retainMs }) => storedInstant(retainMs))),
  ];
}

export function settleStatement(settlements: readonly CheckedSettlement[], schema: string): Statement {
  const outcomes = settlements.map(({ settlement }) => settlement.outcome);
  return {
    text: `SELECT ${schema}.settle($1, $2, $3, $4, $5, $6, $7, $8, $9)`,
    values: [
      texts(settlements.map(({ settlement }) => settlement.id)),
      integers(settlements.map(({ settlement }) => settlement.fence)),
      texts(outcomes.map(({ kind }) => kind)),
      texts(outcomes.map((outcome) => ("error" in outcome ? JSON.stringify(outcome.error) : undefined))),
      bigIntegers(outcomes.map((outcome) => ("due" in outcome ? wishOf(outcome.due).at : undefined))),
      bigIntegers(outcomes.map((outcome) => ("due" in outcome ? wishOf(outcome.due).afterMs : undefined))),
      texts(outcomes.map((outcome) => ("by" in outcome ? outcome.by : undefined))),
      texts(outcomes.map((outcome) => ("reason" in outcome ? outcome.reason : undefined))),
      bigIntegers(outcomes.map((outcome) => ("retainMs" in outcome ? storedInstant(outcome.retainMs) : undefined))),
    ],
  };
}

/** Applies settlements that name no job twice. The replies by their places; what is not there has no claim any more. */
export async function settle(
  settlements: readonly CheckedSettlement[],
  schema: string,
  ask: Ask,
): Promise<ReadonlyMap<number, SettlementReply>> {
  const replies = new Map<number, SettlementReply>();
  const successes = inOrder(settlements.filter(({ settlement }) => settlement.outcome.kind === "succeeded"));
  const others = inOrder(settlements.filter(({ settlement }) => settlement.outcome.kind !== "succeeded"));
  if (successes.length > 0) {
    const text = `SELECT ${schema}.succeed($1, $2, $3, $4, $5)`;
    const { rows } = await ask({ text, values: encodeSuccesses(successes) });
    noteSuccesses(replies, successes, rows[0]?.[0] ?? null);
  }
  if (others.length > 0) {
    const { rows } = await ask(settleStatement(others, schema));
    const answers = JSON.parse(rows[0]?.[0] ?? "[]") as readonly (readonly [number, JobState])[];
    for (const [number, state] of answers) {
      const index = others[number - 1]?.index;
      if (index !== undefined) replies.set(index, { status: "applied", state });
    }
  }
  return replies;
}

/** Notes what the function `succeed` answered: the numbers of those that it did not find, or null. */
export function noteSuccesses(
  replies: Map<number, SettlementReply>,
  successes: readonly CheckedSettlement[],
  answer: string | null,
): void {
  const missing = new Set(answer === null ? [] : answer.slice(1, -1).split(",").map(Number));
  for (const [place, { index }] of successes.entries())
    if (!missing.has(place + 1)) replies.set(index, { status: "applied", state: "succeeded" });
}

/** Rows are locked in the order of their ids, so that no two transactions wait for each other. */
export function inOrder(settlements: readonly CheckedSettlement[]): readonly CheckedSettlement[] {
  return settlements.toSorted((one, other) => (one.settlement.id < other.settlement.id ? -1 : 1));
}

/** A row of `sql/jobs/standing.sql`. */
export function toStanding([id, state, fence]: Row): { id: string; state: JobState; fence: number } {
  return { id: String(id), state: state as JobState, fence: Number(fence) };
}

export function refusedSettlement(error: LovageError): SettlementReply {
  return { status: "refused", error: toErrorRecord(error) };
}
