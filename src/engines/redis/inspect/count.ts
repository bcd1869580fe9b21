import type { JobFilter } from "../../../engine/index.ts";
import type { Store } from "../store.ts";
import { pack } from "../wire/writer.ts";
import { writeFilter } from "./filter.ts";
import { countFromNumbers } from "./statistics.ts";

/** Of a workflow, its jobs are looked at; otherwise the numbers that are kept of each lane. */
export async function countJobs(store: Store, filter: JobFilter): Promise<number> {
  return filter.workflow === undefined ? countFromNumbers(store, filter) : countLookingAt(store, filter);
}

/** Each step looks at a bounded number of jobs. */
async function countLookingAt(store: Store, filter: JobFilter): Promise<number> {
  let amount = 0;
  for (let place: string | undefined, isOver = false; !isOver; ) {
    const from: string | undefined = place;
    const request = pack((writer) => {
      writer.array(2);
      if (from === undefined) writer.boolean(false);
      else writer.text(from);
      writeFilter(writer, filter);
    });
    const reader = await store.commands.run("count", request);
    reader.array();
    amount += reader.number();
    isOver = reader.skipFalse();
    if (!isOver) place = reader.text();
  }
  return amount;
}
