import type { NewJob, WorkflowNode } from "../../../kernel/job.ts";
import type { Writer } from "../wire/writer.ts";
import { writeNode } from "./node.ts";
import { checkPayload, payloadKind, writeWhen } from "./payload.ts";

const VALUES_PER_JOB = 5;
const VALUES_PER_SHAPE = 14;

/** Jobs on their way to a script: what they have in common is sent, and worked out there, once. */
export interface ShapedJobs {
  readonly shapes: readonly NewJob[];
  readonly jobs: readonly NewJob[];
  /** For each job the number of its shape, from 1. */
  readonly numbers: readonly number[];
}

export function shapeJobs(jobs: readonly NewJob[]): ShapedJobs {
  const shapes: NewJob[] = [];
  let last: NewJob | undefined;
  const numbers = jobs.map((job) => {
    if (last === undefined || !hasSameShape(last, job)) shapes.push(job);
    last = job;
    return shapes.length;
  });
  return { shapes, jobs, numbers };
}

/** Writes two arrays: the shapes, and the values of the jobs one after the other. */
export function writeShapedJobs(writer: Writer, { shapes, jobs, numbers }: ShapedJobs): void {
  writer.array(shapes.length);
  for (const shape of shapes) writeShape(writer, shape);
  writer.array(jobs.length * VALUES_PER_JOB);
  for (let index = 0; index < jobs.length; index += 1) {
    const job = jobs[index] as NewJob;
    writeEnd(writer, job);
    writer.number(payloadKind(job.input)).number(numbers[index] ?? 0);
  }
}

/** Writes input, id and node as one string, then the lengths of the first two. Why as one: see `scripts/lib/job.lua`. */
function writeEnd(writer: Writer, { input, id, node, due }: NewJob): void {
  writer.beginString();
  const inputLength = input === undefined ? 0 : writer.part(input);
  const idLength = writer.part(id);
  if (node !== undefined) writeNode(writer, node, due);
  writer.endString().number(inputLength).number(idLength);
}

/** @throws NotJson (`NOT_JSON`) */
export function checkJob({ id, input }: NewJob): void {
  checkPayload(input, "input", id);
}

function writeShape(writer: Writer, { queue, task, priority, ack, due, expires, key, headers, node }: NewJob): void {
  writer.array(VALUES_PER_SHAPE).text(queue).text(task).number(priority);
  writer.number(ack === "early" ? 1 : 0);
  writeWhen(writer, due);
  writeWhen(writer, expires);
  if (key === undefined) writer.boolean(false).boolean(false).boolean(false);
  else writer.text(key.key).text(key.inputHash).number(key.ttlMs);
  if (headers === undefined) writer.boolean(false);
  else writer.text(JSON.stringify(headers));
  if (node === undefined) writer.boolean(false).boolean(false);
  else writer.text(node.workflow).boolean(node.slots > 0);
}

function hasSameShape(one: NewJob, other: NewJob): boolean {
  return (
    one.task === other.task &&
    one.queue === other.queue &&
    one.priority === other.priority &&
    one.ack === other.ack &&
    one.headers === other.headers &&
    one.due === other.due &&
    one.expires === other.expires &&
    hasSameNode(one.node, other.node) &&
    one.key === undefined &&
    other.key === undefined
  );
}

/** As far as the shape goes: of links each job has its own. */
function hasSameNode(one: WorkflowNode | undefined, other: WorkflowNode | undefined): boolean {
  if (one === undefined || other === undefined) return one === other;
  return one.workflow === other.workflow && one.slots > 0 === other.slots > 0;
}
