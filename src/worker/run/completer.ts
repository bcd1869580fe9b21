import type { CompletionReply, Jobs } from "../../engine/index.ts";
import type { Clock } from "../../kernel/clock.ts";
import { fromErrorRecord } from "../../kernel/error-record.ts";
import { CapabilityMissing, TransactionRepeated } from "../../kernel/errors.ts";
import type { Outcome } from "../../kernel/job.ts";
import type { Attempt } from "./attempt.ts";
import { Completion } from "./completion.ts";
import { AttemptEnded } from "./decision.ts";
import { attemptFields } from "./job-log.ts";
import { success } from "./verdict.ts";

export interface CompleterParts {
  readonly jobs: Jobs;
  readonly engineKind: string;
  readonly clock: Clock;
  readonly resultLimitBytes: number;
  /** The job has succeeded; its handler still runs. */
  readonly onCommitted: (attempt: Attempt, outcome: Outcome) => void;
  /** The job is no longer this worker's: the attempt's signal is aborted with the reason. */
  readonly onLost: (attempt: Attempt) => void;
}

/** Ends jobs together with the writes of their handlers. */
export class Completer {
  readonly #parts: CompleterParts;

  constructor(parts: CompleterParts) {
    this.#parts = parts;
  }

  /** What `ctx.transaction()` does. */
  async complete<Result, Client>(
    attempt: Attempt,
    body: (client: Client) => Result | Promise<Result>,
  ): Promise<Result> {
    const { jobs } = this.#parts;
    if (jobs.complete === undefined) throw this.#incapable(attempt);
    if (attempt.ended) throw attempt.abortReason ?? repeated(attempt);
    if (attempt.completion !== undefined) throw repeated(attempt);
    const completion = new Completion();
    attempt.completion = completion;
    let done: { readonly value: Result; readonly outcome: Outcome } | undefined;
    const run = async (client: unknown): Promise<Outcome> => {
      // The boundary to the engine: the handler knows which database it works with.
      const value = await body(client as Client);
      const outcome = this.#outcome(attempt, value);
      done = { value, outcome };
      return outcome;
    };
    try {
      const { id, fence, receipt } = attempt.job;
      const limitMs = Math.max(1, attempt.giveUpAtMs - this.#parts.clock.monotonic());
      const request = { claim: { id, fence, receipt }, body: run, limitMs, signal: completion.signal };
      const reply = await jobs.complete(request);
      if (reply.status !== "applied" || done === undefined) throw this.#failure(attempt, completion, reply);
      completion.end("committed");
      this.#parts.onCommitted(attempt, done.outcome);
      return done.value;
    } finally {
      if (completion.isOpen) completion.end("rolledBack");
    }
  }

  #outcome(attempt: Attempt, value: unknown): Outcome {
    // Thrown to roll back: the attempt was given up meanwhile, or the handler has decided on something else.
    if (attempt.ended) throw attempt.abortReason ?? repeated(attempt);
    if (attempt.decision !== undefined) throw new AttemptEnded(attempt.decision.kind);
    try {
      return success(attempt, value, this.#parts.resultLimitBytes);
    } catch (error) {
      attempt.finalError = error;
      throw error;
    }
  }

  #failure(attempt: Attempt, completion: Completion, reply: CompletionReply): unknown {
    completion.end("rolledBack");
    switch (reply.status) {
      case "rolledBack":
        return reply.cause;
      case "refused":
        return fromErrorRecord(reply.error);
      case "applied":
        return new RangeError("The engine committed a transaction whose body had not ended.");
      case "stale":
        this.#parts.onLost(attempt);
        return attempt.abortReason;
    }
  }

  #incapable(attempt: Attempt): CapabilityMissing {
    return new CapabilityMissing(
      `Task "${attempt.job.task}" calls ctx.transaction(), which the ${this.#parts.engineKind} engine cannot do: it needs the jobs in the database of the handler's writes, on PostgreSQL. Elsewhere make the handler safe to repeat, by ctx.id as a unique key.`,
      { details: attemptFields(attempt) },
    );
  }
}

function repeated(attempt: Attempt): TransactionRepeated {
  return new TransactionRepeated(
    `Job ${attempt.job.id} of task "${attempt.job.task}" called ctx.transaction() a second time in one attempt, or after its end. Its commit ends the job, so write everything in one call.`,
    { details: attemptFields(attempt) },
  );
}
