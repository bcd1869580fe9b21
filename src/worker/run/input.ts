import { InputInvalid } from "../../kernel/errors.ts";
import type { ClaimedJob } from "../../kernel/job.ts";
import { isThenable } from "../../kernel/thenable.ts";
import { feedInput, parseInput, VERSION_HEADER } from "../../tasks/index.ts";
import type { Attempt } from "./attempt.ts";

/** The input was pushed by newer code than this worker's. */
export class InputTooNew extends Error {
  override readonly name = "InputTooNew";
}

/**
 * The value that a handler is given: decoded, brought to the task's version, parsed by its schema. A promise only where
 * the schema or the upgrade makes one.
 * @throws InputInvalid (`INPUT_INVALID`), which is never retried.
 * @throws InputTooNew: in the middle of a deployment another worker can do the job, so it waits.
 */
export function prepareInput(attempt: Attempt): unknown {
  return parseStored(attempt, decode(attempt.job));
}

/** The same for a value that has been decoded. */
export function parseStored({ job, task }: Attempt, stored: unknown): unknown {
  const fromVersion = versionOf(job);
  const current = fromVersion === task.version ? stored : upgrade(task, stored, fromVersion);
  return isThenable(current)
    ? Promise.resolve(current).then((upgraded) => parse(task, upgraded))
    : parse(task, current);
}

function parse({ schema, name }: Attempt["task"], input: unknown): unknown {
  return schema === undefined ? input : parseInput(schema, name, input);
}

function decode(job: ClaimedJob): unknown {
  const { id, task } = job;
  try {
    return feedInput(job);
  } catch (cause) {
    if (cause instanceof InputInvalid) throw cause;
    throw new InputInvalid(`The stored input of job ${id} of task "${task}" is not JSON: push it anew.`, { cause });
  }
}

function versionOf(job: ClaimedJob): number {
  const version = Number(job.headers?.[VERSION_HEADER] ?? 1);
  if (Number.isSafeInteger(version) && version >= 1) return version;
  throw new InputInvalid(
    `Job ${job.id} of task "${job.task}" says its input has version ${JSON.stringify(job.headers?.[VERSION_HEADER])}, which is no version.`,
  );
}

function upgrade(task: Attempt["task"], input: unknown, fromVersion: number): unknown {
  if (fromVersion > task.version) {
    throw new InputTooNew(
      `The input has version ${fromVersion} of task "${task.name}", and this worker knows ${task.version}: deploy the newer code.`,
    );
  }
  return task.upgrade === undefined ? input : task.upgrade(input, fromVersion);
}
