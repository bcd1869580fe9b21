import type { BulkReply, BulkRequest, JobFilter } from "../../../engine/index.ts";
import type { Store } from "../store.ts";
import type { Reader } from "../wire/reader.ts";
import { pack } from "../wire/writer.ts";
import { writeFilter } from "./filter.ts";

/** What is done to each job. */
export interface BulkAction {
  readonly kind: "revoke" | "retry" | "remove";
  readonly reason: string;
  readonly retainMs: number;
}

interface Step {
  readonly changed: number;
  readonly skipped: BulkReply["skipped"];
  /** Where a walk goes on. */
  readonly next: string | undefined;
}

// No script holds the server for more than a few milliseconds.
const IDS_PER_STEP = 500;
const NOT_FOUND = 1;

export async function changeMany(
  store: Store,
  { selection, dryRun }: BulkRequest,
  action: BulkAction,
): Promise<BulkReply> {
  return "ids" in selection
    ? changeNamed(store, [...new Set(selection.ids)], action, dryRun)
    : changeMatching(store, selection.filter, action, dryRun);
}

async function changeNamed(
  store: Store,
  ids: readonly string[],
  action: BulkAction,
  dryRun: boolean,
): Promise<BulkReply> {
  store.commands.checkStarted();
  let changed = 0;
  const skipped: BulkReply["skipped"][number][] = [];
  for (let from = 0; from < ids.length; from += IDS_PER_STEP) {
    const part = ids.slice(from, from + IDS_PER_STEP);
    const step = await take(store, { action, ids: part, filter: {}, from: undefined, dryRun });
    changed += step.changed;
    skipped.push(...step.skipped);
  }
  return { changed, skipped };
}

/** Goes through all jobs by id, up to the last one there is at the beginning: those pushed meanwhile are left alone. */
async function changeMatching(
  store: Store,
  filter: JobFilter,
  action: BulkAction,
  dryRun: boolean,
): Promise<BulkReply> {
  let changed = 0;
  const last = await lastId(store, filter);
  let from: string | undefined = last === undefined ? undefined : "-";
  while (from !== undefined) {
    const step: Step = await take(store, { action, ids: undefined, filter, from: [from, `[${last}`], dryRun });
    changed += step.changed;
    from = step.next;
  }
  return { changed, skipped: [] };
}

async function lastId({ commands, keys }: Store, { workflow }: JobFilter): Promise<string | undefined> {
  const reply = await commands.send("ZREVRANGE", [keys.ids(workflow), 0, 0]);
  return Array.isArray(reply) && Buffer.isBuffer(reply[0]) ? reply[0].toString() : undefined;
}

interface StepRequest {
  readonly action: BulkAction;
  readonly ids: readonly string[] | undefined;
  readonly filter: JobFilter;
  readonly from: readonly [from: string, to: string] | undefined;
  readonly dryRun: boolean;
}

async function take(store: Store, { action, ids, filter, from, dryRun }: StepRequest): Promise<Step> {
  const request = pack((writer) => {
    writer.array(7).text(action.kind);
    if (ids === undefined) writer.boolean(false);
    else writer.texts(ids);
    if (from === undefined) writer.boolean(false);
    else writer.texts(from);
    writeFilter(writer, filter);
    writer.boolean(dryRun).text(action.reason).number(action.retainMs);
  });
  return decodeStep(ids ?? [], await store.commands.run("bulk", request));
}

function decodeStep(ids: readonly string[], reader: Reader): Step {
  reader.array();
  const changed = reader.number();
  const skipped: BulkReply["skipped"][number][] = [];
  for (let left = reader.array() / 2; left > 0; left -= 1) {
    const id = ids[reader.number()] ?? "";
    skipped.push({ id, reason: reader.number() === NOT_FOUND ? "not-found" : "wrong-state" });
  }
  return { changed, skipped, next: reader.skipFalse() ? undefined : reader.text() };
}
