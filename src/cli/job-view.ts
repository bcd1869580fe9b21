import type { App } from "../app/index.ts";
import { formatDuration } from "../kernel/duration.ts";
import type { ErrorRecord } from "../kernel/error-record.ts";
import type { JobRecord, JobState, Payload } from "../kernel/job.ts";
import type { Json } from "../kernel/json.ts";
import type { JsonObject } from "./output.ts";
import type { Column } from "./table.ts";
import { type Colour, clip } from "./text.ts";

/** A job as programs read it. Instants are ISO 8601 in UTC; what is not there is left out. */
export function jobToJson(job: JobRecord): JsonObject {
  const { id, task, queue, state, version, priority, ack, key, failures, crashes, worker, revocation } = job;
  return {
    id,
    task,
    queue,
    state,
    version,
    priority,
    ack,
    key,
    failures,
    crashes,
    createdAt: instant(job.createdAt),
    dueAt: instant(job.dueAt),
    expiresAt: instant(job.expiresAt),
    startedAt: instant(job.startedAt),
    finishedAt: instant(job.finishedAt),
    worker,
    workflow: job.node?.workflow,
    upstream: job.upstream,
    error: job.error === undefined ? undefined : errorToJson(job.error),
    revocation: revocation === undefined ? undefined : { by: revocation.by, reason: revocation.reason },
  };
}

/** A job with all that was stored of it; of its input only what `showInput` gave. */
export function jobDetailToJson(job: JobRecord, input: ShownInput): JsonObject {
  return {
    ...jobToJson(job),
    headers: job.headers,
    ...(input.kind === "hidden" ? { inputHidden: input.reason } : { input: input.value }),
    progress: decode(job.progress),
    result: decode(job.result),
    ...(job.error === undefined ? {} : { error: { ...errorToJson(job.error), stack: job.error.stack } }),
  };
}

/** The columns of a list of jobs. */
export function jobColumns(nowMs: number): readonly Column<JobRecord>[] {
  return [
    { title: "ID", cell: ({ id }) => id },
    { title: "TASK", cell: ({ task }) => clip(task, 40) },
    { title: "QUEUE", cell: ({ queue }) => clip(queue, 20) },
    { title: "STATE", cell: ({ state }) => state, colour: ({ state }) => stateColours[state] },
    { title: "FAILURES", cell: ({ failures }) => String(failures), align: "right" },
    { title: "AGE", cell: ({ createdAt }) => age(createdAt, nowMs), align: "right" },
    { title: "", cell: (job) => clip(remark(job, nowMs), 60) },
  ];
}

export const stateColours: Readonly<Record<JobState, Colour | undefined>> = {
  waiting: "dim",
  scheduled: "cyan",
  ready: undefined,
  active: "yellow",
  succeeded: "green",
  failed: "red",
  revoked: "dim",
};

/** What of an input may be shown. */
export type ShownInput =
  | { readonly kind: "shown"; readonly value: Json | undefined }
  | { readonly kind: "hidden"; readonly reason: string };

/**
 * Decides what of an input may be shown. An input may hold what does not belong on a screen or in a terminal's history,
 * and only the task's own `redact` knows: so it is shown where its task is at hand, and otherwise on demand only.
 */
export function showInput(job: JobRecord, app: App, demanded: boolean): ShownInput {
  return showTaskInput(job.task, decode(job.input), app, demanded);
}

/** As `showInput`, for an input of this task that is decoded. */
export function showTaskInput(name: string, value: unknown, app: App, demanded: boolean): ShownInput {
  const task = app.tasks().find((known) => known.name === name);
  if (task === undefined && !demanded) {
    return {
      kind: "hidden",
      reason: "its task is not loaded, so nobody knows what to redact: --module or --show-input",
    };
  }
  if (task?.redact === undefined) return { kind: "shown", value: toJson(value) };
  try {
    return { kind: "shown", value: toJson(task.redact(value)) };
  } catch (error) {
    return { kind: "hidden", reason: `redact of task "${name}" failed: ${String(error)}` };
  }
}

/** Decodes what was stored; what cannot be read is described instead of ending the command. */
export function decode(payload: Payload | undefined): Json | undefined {
  if (payload === undefined) return undefined;
  const text = typeof payload === "string" ? payload : new TextDecoder().decode(payload);
  try {
    return JSON.parse(text);
  } catch {
    return `(${Buffer.byteLength(text)} bytes that are not JSON)`;
  }
}

/** How long ago an instant was; an instant ahead of this machine's clock counts as now. */
export function age(atMs: number, nowMs: number): string {
  return formatDuration(Math.max(0, nowMs - atMs));
}

/** How far an instant is, from now: `in 5 m`, `3 h ago`. */
export function distance(atMs: number, nowMs: number): string {
  return atMs > nowMs ? `in ${age(nowMs, atMs)}` : `${age(atMs, nowMs)} ago`;
}

function toJson(value: unknown): Json | undefined {
  const text = JSON.stringify(value);
  return text === undefined ? undefined : JSON.parse(text);
}

function instant(epochMs: number | undefined): string | undefined {
  if (epochMs === undefined) return undefined;
  const date = new Date(epochMs);
  // A damaged row may hold a number that is no date.
  return Number.isNaN(date.getTime()) ? `${epochMs} ms` : date.toISOString();
}

function errorToJson({ name, message, code }: ErrorRecord): JsonObject {
  return { name, message, code };
}

/** The one thing that is worth knowing of a job in its state. */
function remark(job: JobRecord, nowMs: number): string {
  switch (job.state) {
    case "scheduled": {
      const due = job.dueAt === undefined ? "" : `due in ${formatDuration(Math.max(0, job.dueAt - nowMs))}`;
      return job.error === undefined ? due : `${due}, after ${job.error.name}: ${job.error.message}`;
    }
    case "active":
      return job.startedAt === undefined ? "" : `running for ${age(job.startedAt, nowMs)}`;
    case "succeeded":
      return job.startedAt === undefined || job.finishedAt === undefined
        ? ""
        : `took ${formatDuration(Math.max(0, job.finishedAt - job.startedAt))}`;
    case "failed":
      return job.error === undefined ? "" : `${before(job)}${job.error.name}: ${job.error.message}`;
    case "revoked":
      return job.revocation === undefined ? "" : `by ${job.revocation.by}: ${job.revocation.reason}`;
    case "waiting":
      return "for other jobs of its workflow";
    case "ready":
      return "";
  }
}

/** What an error of another job was for this one. One that was replaced has run. */
function before({ upstream, startedAt }: JobRecord): string {
  if (upstream === undefined) return "";
  return startedAt === undefined ? "never ran, after " : "what replaced it failed: ";
}
