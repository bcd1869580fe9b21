import { InputInvalid } from "../../kernel/errors.ts";
import type { ClaimedJob, Ending, FilledSlot } from "../../kernel/job.ts";
import { decodeJson, describeType } from "../../kernel/json.ts";
import type { MemberOutcome, WorkflowFailure } from "./outcome.ts";

/** How a job's input is made of what fills its slots. Absent: it is the stored input alone. */
export type Feed = "previous" | "list" | "outcomes" | "failure";

/** The header that says so, with a number behind it where the values are not in all of the slots. */
export const FEED_HEADER = "lovage-feed";
/** The header of a job whose handler runs for each element of its input. */
export const MAP_HEADER = "lovage-map";

/**
 * The input of a claimed job, decoded: as it was stored, joined with the outcomes that it waited for.
 * @throws SyntaxError, TypeError where what is stored is not JSON; InputInvalid (`INPUT_INVALID`)
 */
export function feedInput(job: ClaimedJob): unknown {
  const given = decodeJson(job.input);
  const header = job.headers?.[FEED_HEADER];
  if (header === undefined) return given;
  const [feed = "", values = job.node?.slots ?? 0] = header.split(" ");
  const filled = (job.filled ?? []).filter(({ slot }) => slot < Number(values));
  return join(given, fedValue(feed, filled, job));
}

/**
 * What replaced the job has come to its end: the value that it came to, encoded. `undefined`: the job was not replaced.
 */
export function replacementOf({ filled = [], node }: ClaimedJob): Extract<Ending, { state: "succeeded" }> | undefined {
  const last = filled.at(-1);
  if (node === undefined || last === undefined || last.slot < node.slots) return undefined;
  return last.ending.state === "succeeded" ? last.ending : undefined;
}

/** What is given comes first; where it is an object, what came before adds the members that it lacks. */
export function join(given: unknown, previous: unknown): unknown {
  if (given === undefined) return previous;
  return isPlainObject(given) && isPlainObject(previous) ? { ...previous, ...given } : given;
}

function fedValue(feed: string, filled: readonly FilledSlot[], job: ClaimedJob): unknown {
  switch (feed) {
    case "previous":
      return filled[0] === undefined ? undefined : resultOf(filled[0]);
    case "list":
      return filled.map((slot) => resultOf(slot) ?? null);
    case "outcomes":
      return filled.map(outcomeOf);
    case "failure":
      return filled[0] === undefined ? undefined : failureOf(filled[0]);
    default:
      throw new InputInvalid(
        `Job ${job.id} of task "${job.task}" is fed by ${JSON.stringify(feed)}, which this worker does not know: deploy the newer code.`,
      );
  }
}

function resultOf({ ending, from }: FilledSlot): unknown {
  if (ending.state === "succeeded") return decodeJson(ending.result);
  throw new InputInvalid(`Job ${from} was to have a result, and ${ending.state}.`);
}

function outcomeOf(slot: FilledSlot): MemberOutcome<unknown> {
  const { ending, from } = slot;
  if (ending.state === "succeeded") return { id: from, state: "succeeded", result: decodeJson(ending.result) ?? null };
  return failureOf(slot);
}

function failureOf({ ending, from }: FilledSlot): WorkflowFailure {
  switch (ending.state) {
    case "failed": {
      const { name, message, code } = ending.error;
      return { id: from, state: "failed", error: { name, message, ...(code === undefined ? {} : { code }) } };
    }
    case "revoked":
      return { id: from, state: "revoked", error: { name: "JobRevoked", message: ending.revocation.reason } };
    case "succeeded":
      throw new InputInvalid(`Job ${from} was to have failed, and has succeeded: ${describeType(ending.result)}.`);
  }
}

function isPlainObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
