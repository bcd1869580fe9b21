import { EngineTimeout, KeyConflict, QueueFull } from "../kernel/errors.ts";

/** What a push met that gave the key of a job with another input. */
export interface KeyConflictFacts {
  readonly task: string;
  readonly key: string;
  /** The job that the key names. */
  readonly jobId: string;
}

/** What a push met that a queue had no room for. */
export interface QueueFullFacts {
  readonly queue: string;
  /** Unfinished jobs in the queue without those of the push. */
  readonly depth: number;
  readonly maxDepth: number;
}

/**
 * The refusal of a push whose idempotency key names a job with another input: the same on every engine.
 *
 * @example
 * return { status: "refused", error: toErrorRecord(keyConflict({ task, key, jobId })) };
 */
export function keyConflict({ task, key, jobId }: KeyConflictFacts): KeyConflict {
  return new KeyConflict(
    `The key ${JSON.stringify(key)} of task ${JSON.stringify(task)} names job ${jobId}, which was pushed with another input; nothing was stored. Use another key, or the same input.`,
    { details: { jobId, task, key } },
  );
}

/**
 * The refusal of a push that would take a queue over its limit: the same on every engine.
 *
 * @example
 * return { status: "refused", error: toErrorRecord(queueFull({ queue, depth, maxDepth })) };
 */
export function queueFull({ queue, depth, maxDepth }: QueueFullFacts): QueueFull {
  return new QueueFull(
    `Queue ${JSON.stringify(queue)} has ${depth} unfinished jobs, and the push would take it over its maxDepth of ${maxDepth}; nothing was stored. Push again later, add workers, or raise maxDepth.`,
    { details: { queue, depth, maxDepth } },
  );
}

/**
 * The refusal of a push that the engine came to `lateMs` after its deadline: the same on every engine.
 *
 * @example
 * return { status: "refused", error: toErrorRecord(pushTooLate(nowMs - deadlineAt)) };
 */
export function pushTooLate(lateMs: number): EngineTimeout {
  return new EngineTimeout(
    `The engine came to a push ${Math.ceil(lateMs)} ms after its deadline, so nothing was stored. Push again, with more time.`,
    { details: { lateMs } },
  );
}
