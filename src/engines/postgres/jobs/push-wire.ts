import { OptionsInvalid } from "../../../kernel/errors.ts";
import { storedInstant } from "../../../kernel/instant.ts";
import type { NewJob, Payload, WorkflowNode } from "../../../kernel/job.ts";
import { bigIntegers, booleans, integers, payloads, smallIntegers, texts } from "../client/arrays.ts";
import { wishOf } from "../instant.ts";
import type { Lanes } from "./lanes.ts";
import { checkText, type Form, formOf } from "./payload.ts";

// What a column of type integer holds.
const MAX_SLOT = 2 ** 31 - 1;

/** A job that was found fit to be sent. */
export interface CheckedJob {
  readonly job: NewJob;
  readonly form: Form;
  readonly headers: string | undefined;
  /** Its place in a workflow, as JSON. */
  readonly node: string | undefined;
}

/** @throws NotJson (`NOT_JSON`), TooLarge (`TOO_LARGE`), OptionsInvalid (`OPTIONS_INVALID`): this job fails alone. */
export function checkJob(job: NewJob): CheckedJob {
  checkText(job.id, "The id of a job");
  checkText(job.queue, `The queue of job ${job.id}`);
  checkText(job.task, `The task of job ${job.id}`);
  if (job.key !== undefined) {
    checkText(job.key.key, `The key of job ${job.id}`);
    checkText(job.key.inputHash, `The input's hash of job ${job.id}`);
  }
  wishOf(job.due);
  wishOf(job.expires);
  const headers = job.headers === undefined ? undefined : JSON.stringify(job.headers);
  const node = job.node === undefined ? undefined : encodeNode(job.node, job.id);
  return { job, form: formOf(job.input, "input", job.id), headers, node };
}

/** What SQL reads out of it later, inside another job's settlement, must be fit for that now. */
function encodeNode({ workflow, slots, links }: WorkflowNode, id: string): string {
  checkText(workflow, `The workflow of job ${id}`);
  checkCount(slots, id);
  for (const { to, slot } of links) {
    checkText(to, `A link of job ${id}`);
    checkCount(slot, id);
  }
  return JSON.stringify({ workflow, slots, links: links.map(({ to, slot, on }) => ({ to, slot, on })) });
}

function checkCount(slot: number, id: string): void {
  if (Number.isInteger(slot) && slot >= 0 && slot <= MAX_SLOT) return;
  throw new OptionsInvalid(`Job ${id} has ${slot} for a slot or a number of slots: it must be an integer from 0.`);
}

/** Jobs as the function `push` takes them: an array for each column. What jobs have in common comes once, as a shape. */
export interface JobColumns {
  readonly ids: readonly string[];
  readonly inputs: readonly (Payload | undefined)[];
  readonly headers: readonly (string | undefined)[];
  readonly keys: readonly (string | undefined)[];
  readonly nodes: readonly (string | undefined)[];
  /** For each job the number of its shape, from 1. */
  readonly shapes: readonly number[];
  readonly lanes: readonly number[];
  readonly priorities: readonly number[];
  readonly earlies: readonly boolean[];
  readonly forms: readonly number[];
  readonly dueAts: readonly (number | undefined)[];
  readonly dueAfters: readonly (number | undefined)[];
  readonly expiresAts: readonly (number | undefined)[];
  readonly expiresAfters: readonly (number | undefined)[];
}

/** What `push_carefully` takes besides. */
export interface ConditionColumns {
  readonly tasks: readonly string[];
  readonly hashes: readonly (string | undefined)[];
  readonly ttls: readonly (number | undefined)[];
  readonly limitedQueues: readonly string[];
  readonly limits: readonly number[];
}

export function toColumns(jobs: readonly CheckedJob[], lanes: Lanes): JobColumns {
  const shapes: CheckedJob[] = [];
  const numbers: number[] = [];
  let last: CheckedJob | undefined;
  for (const job of jobs) {
    if (last === undefined || !hasSameShape(last, job)) shapes.push(job);
    last = job;
    numbers.push(shapes.length);
  }
  return {
    ids: jobs.map(({ job }) => job.id),
    inputs: jobs.map(({ job }) => job.input),
    headers: jobs.some(({ headers }) => headers !== undefined) ? jobs.map(({ headers }) => headers) : [],
    keys: jobs.some(({ job }) => job.key !== undefined) ? jobs.map(({ job }) => job.key?.key) : [],
    nodes: jobs.some(({ node }) => node !== undefined) ? jobs.map(({ node }) => node) : [],
    shapes: numbers,
    lanes: shapes.map(({ job }) => lanes.numberOf(job.queue, job.task)),
    priorities: shapes.map(({ job }) => job.priority),
    earlies: shapes.map(({ job }) => job.ack === "early"),
    forms: shapes.map(({ form }) => form),
    dueAts: shapes.map(({ job }) => wishOf(job.due).at),
    dueAfters: shapes.map(({ job }) => wishOf(job.due).afterMs),
    expiresAts: shapes.map(({ job }) => wishOf(job.expires).at),
    expiresAfters: shapes.map(({ job }) => wishOf(job.expires).afterMs),
  };
}

export function toConditions(jobs: readonly CheckedJob[], limits: ReadonlyMap<string, number>): ConditionColumns {
  return {
    tasks: jobs.map(({ job }) => job.task),
    hashes: jobs.map(({ job }) => job.key?.inputHash),
    ttls: jobs.map(({ job }) => (job.key === undefined ? undefined : storedInstant(job.key.ttlMs))),
    limitedQueues: [...limits.keys()],
    limits: [...limits.values()],
  };
}

/** The first parameters of `push` and `push_carefully`. */
export function encodeColumns(columns: JobColumns): readonly Buffer[] {
  return [
    texts(columns.ids),
    payloads(columns.inputs),
    texts(columns.headers),
    texts(columns.keys),
    texts(columns.nodes),
    integers(columns.shapes),
    integers(columns.lanes),
    smallIntegers(columns.priorities),
    booleans(columns.earlies),
    smallIntegers(columns.forms),
    bigIntegers(columns.dueAts),
    bigIntegers(columns.dueAfters),
    bigIntegers(columns.expiresAts),
    bigIntegers(columns.expiresAfters),
  ];
}

/** The last parameters of `push_carefully`. */
export function encodeConditions(columns: ConditionColumns): readonly Buffer[] {
  return [
    texts(columns.tasks),
    texts(columns.hashes),
    bigIntegers(columns.ttls),
    texts(columns.limitedQueues),
    bigIntegers(columns.limits),
  ];
}

/** The parameter of `push_within`: one text, which every library can send. */
export function toDocument(columns: JobColumns, conditions: ConditionColumns): string {
  const inputs = columns.inputs.map((input) => (input === undefined ? null : Buffer.from(input).toString("hex")));
  return JSON.stringify({ ...columns, ...conditions, inputs }, (_, value: unknown) => value ?? null);
}

function hasSameShape(one: CheckedJob, other: CheckedJob): boolean {
  const [left, right] = [one.job, other.job];
  return (
    left.task === right.task &&
    left.queue === right.queue &&
    left.priority === right.priority &&
    left.ack === right.ack &&
    left.due === right.due &&
    left.expires === right.expires &&
    one.form === other.form
  );
}
