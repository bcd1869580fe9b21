import type { JobFilter } from "../../../engine/index.ts";
import { numberOf } from "../jobs/stored-job.ts";
import type { Writer } from "../wire/writer.ts";

/** Writes a filter as `scripts/lib/filter.lua` reads it. */
export function writeFilter(writer: Writer, { states, queues, tasks }: JobFilter): void {
  writer.array(3);
  if (states === undefined) writer.boolean(false);
  else {
    writer.array(states.length);
    for (const state of states) writer.number(numberOf(state));
  }
  for (const names of [queues, tasks]) {
    if (names === undefined) writer.boolean(false);
    else writer.texts(names);
  }
}
