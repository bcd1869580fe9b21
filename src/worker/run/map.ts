import { InputInvalid } from "../../kernel/errors.ts";
import type { ClaimedJob } from "../../kernel/job.ts";
import { describeType } from "../../kernel/json.ts";
import { feedInput, MAP_HEADER } from "../../tasks/index.ts";
import type { Attempt } from "./attempt.ts";
import { parseStored } from "./input.ts";

/** Whether the handler runs for each element of the job's input. */
export function isMapped({ headers }: ClaimedJob): boolean {
  return headers?.[MAP_HEADER] !== undefined;
}

/** Runs the handler for each element in turn, and gives the list of what it returned. */
export async function runEach(attempt: Attempt, run: (input: unknown) => unknown): Promise<readonly unknown[]> {
  const results: unknown[] = [];
  for (const input of elementsOf(attempt)) {
    // What nobody asks for any more is not done.
    if (attempt.ended || attempt.decision !== undefined) break;
    results.push((await run(await parseStored(attempt, input))) ?? null);
  }
  return results;
}

function elementsOf({ job }: Attempt): readonly unknown[] {
  const inputs = feedInput(job);
  if (Array.isArray(inputs)) return inputs;
  throw new InputInvalid(
    `Job ${job.id} of task "${job.task}" runs its handler for each element of a list, and its input is ${describeType(inputs)}.`,
  );
}
