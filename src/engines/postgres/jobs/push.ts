import {
  keyConflict,
  type PushedJob,
  type PushReply,
  type PushRequest,
  pushTooLate,
  queueFull,
} from "../../../engine/index.ts";
import { toErrorRecord } from "../../../kernel/error-record.ts";
import { LovageError } from "../../../kernel/errors.ts";
import { LAST_INSTANT } from "../../../kernel/instant.ts";
import type { Answer, Statement } from "../client/connection.ts";
import { parseTextArray } from "../client/text-array.ts";
import type { Lanes } from "./lanes.ts";
import {
  type CheckedJob,
  checkJob,
  encodeColumns,
  encodeConditions,
  toColumns,
  toConditions,
  toDocument,
} from "./push-wire.ts";

/** Of jobs that are pushed with something else: nobody gives up waiting for them alone. */
export const NO_DEADLINE: number = LAST_INSTANT;

/** Where a push is sent, and by when the server must have come to it, by its own clock. */
export interface PushContext {
  readonly schema: string;
  readonly lanes: Lanes;
  /** Epoch milliseconds of the server. */
  readonly deadlineAt: number;
}

/** A request that was found fit to be sent. */
export interface CheckedRequest {
  readonly jobs: readonly CheckedJob[];
  /** Of the queues that the request's jobs go to. */
  readonly limits: ReadonlyMap<string, number>;
}

/** Sends statements together, and gives their answers in order. */
export type Send = (statements: readonly Statement[]) => Promise<readonly Answer[]>;

/** Checks a request before it travels with others. */
export function checkRequest({ jobs, maxDepth, deadlineAt }: PushRequest): CheckedRequest | LovageError {
  const lateMs = Date.now() - deadlineAt;
  if (lateMs > 0) return pushTooLate(lateMs);
  try {
    const limits = new Map<string, number>();
    for (const { queue } of jobs) {
      // A queue may be called "constructor": only the request's own entries count.
      const limit = Object.hasOwn(maxDepth, queue) ? maxDepth[queue] : undefined;
      if (limit !== undefined) limits.set(queue, limit);
    }
    return { jobs: jobs.map(checkJob), limits };
  } catch (error) {
    return asRefusal(error);
  }
}

/**
 * Stores requests: those without conditions in one statement, each of the others in one of its own, all in one
 * transaction. Their lanes must be known.
 */
export async function pushChecked(
  requests: readonly CheckedRequest[],
  context: PushContext,
  send: Send,
): Promise<readonly PushReply[]> {
  const plain = requests.filter((request) => !isConditional(request));
  const careful = requests.filter(isConditional);
  const jobs = plain.flatMap((request) => request.jobs);
  const answers = await send([
    ...(jobs.length === 0 ? [] : [plainStatement(jobs, context)]),
    ...careful.map((request) => carefulStatement(request, context)),
  ]);
  const created = createdOf(jobs, jobs.length === 0 ? null : answers[0]?.rows[0]?.[0]);
  const carefulAnswers = jobs.length === 0 ? answers : answers.slice(1);
  const replies = new Map<CheckedRequest, PushReply>();
  for (const request of plain) replies.set(request, plainReply(request, created));
  for (const [index, request] of careful.entries())
    replies.set(request, carefulReply(request, carefulAnswers[index]?.rows[0]?.[0]));
  return requests.map((request) => replies.get(request) ?? refused(pushTooLate(0)));
}

/** What the function `push_within` is given of a request; `carefulReply` reads what it answers. */
export function documentWithin({ jobs, limits }: CheckedRequest, lanes: Lanes): string {
  return toDocument(toColumns(jobs, lanes), toConditions(jobs, limits));
}

export function refused(error: LovageError): PushReply {
  return { status: "refused", error: toErrorRecord(error) };
}

function isConditional({ jobs, limits }: CheckedRequest): boolean {
  return limits.size > 0 || jobs.some(({ job }) => job.key !== undefined);
}

function plainStatement(jobs: readonly CheckedJob[], { schema, lanes, deadlineAt }: PushContext): Statement {
  return {
    text: `SELECT ${schema}.push($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, false)`,
    values: [...encodeColumns(toColumns(jobs, lanes)), deadlineAt],
  };
}

function carefulStatement({ jobs, limits }: CheckedRequest, { schema, lanes, deadlineAt }: PushContext): Statement {
  const columns = encodeColumns(toColumns(jobs, lanes));
  return {
    text: `SELECT ${schema}.push_carefully($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, false, $16, $17, $18, $19, $20)`,
    values: [...columns, deadlineAt, ...encodeConditions(toConditions(jobs, limits))],
  };
}

/** The jobs of which each was created. `list` is null where that is all of them: no id was there, or twice. */
function createdOf(jobs: readonly CheckedJob[], list: string | null | undefined): ReadonlySet<CheckedJob> {
  if (list == null) return new Set(jobs);
  const ids = new Set(parseTextArray(list));
  return new Set(jobs.filter(({ job }) => ids.delete(job.id)));
}

function plainReply({ jobs }: CheckedRequest, created: ReadonlySet<CheckedJob>): PushReply {
  const pushed = jobs.map((checked): PushedJob => {
    return { id: checked.job.id, outcome: created.has(checked) ? "created" : "existing" };
  });
  return { status: "stored", jobs: pushed };
}

/** What the function `push_carefully` answers. */
type CarefulAnswer =
  | { readonly holders: Readonly<Record<string, string>> }
  | { readonly refused: { readonly kind: "key"; readonly key: string; readonly task: string; readonly jobId: string } }
  | {
      readonly refused: {
        readonly kind: "queue";
        readonly queue: string;
        readonly depth: number;
        readonly maxDepth: number;
      };
    };

/** The reply to a request by what `push_carefully` or `push_within` answered. */
export function carefulReply({ jobs }: CheckedRequest, text: string | null | undefined): PushReply {
  const answer = JSON.parse(text ?? "{}") as CarefulAnswer;
  if ("refused" in answer) return refused(refusalOf(answer.refused));
  const pushed = jobs.map(({ job }, index): PushedJob => {
    const holder = answer.holders[index + 1];
    return { id: holder ?? job.id, outcome: holder === undefined ? "created" : "existing" };
  });
  return { status: "stored", jobs: pushed };
}

function refusalOf(refusal: Extract<CarefulAnswer, { refused: unknown }>["refused"]): LovageError {
  return refusal.kind === "key" ? keyConflict(refusal) : queueFull(refusal);
}

function asRefusal(error: unknown): LovageError {
  // What a check throws is an error of the catalogue; anything else is not about the request.
  if (error instanceof LovageError) return error;
  throw error;
}
