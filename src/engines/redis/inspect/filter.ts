import type { JobFilter } from "../../../engine/index.ts";
import { numberOf } from "../jobs/states.ts";
import type { Writer } from "../wire/writer.ts";

/** Writes a filter as `scripts/lib/filter.lua` reads it. */
export function writeFilter(writer: Writer, { states, queues, tasks, workflow }: JobFilter): void {
  writer.array(4);
  if (states === undefined) writer.boolean(false);
  else {
    writer.array(states.length);
    for (const state of states) writer.number(numberOf(state));
  }
  for (const names of [queues, tasks]) {
    if (names === undefined) writer.boolean(false);
    else writer.texts(names);
  }
  if (workflow === undefined) writer.boolean(false);
  else writer.text(workflow);
}
