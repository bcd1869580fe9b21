import type { ListRequest } from "../../../engine/index.ts";
import type { JobRecord } from "../../../kernel/job.ts";
import type { Store } from "../store.ts";
import { pack } from "../wire/writer.ts";
import { writeFilter } from "./filter.ts";
import { getJobs } from "./get.ts";

/** A page of jobs, newest first. Each step looks at a bounded number of jobs. */
export async function listJobs(store: Store, { filter, cursor, limit }: ListRequest): Promise<readonly JobRecord[]> {
  const ids: string[] = [];
  let place: string | undefined = cursor;
  for (let isOver = limit <= 0; !isOver; ) {
    const from: string | undefined = place;
    const reader = await store.commands.run(
      "list",
      pack((writer) => {
        writer.array(3);
        if (from === undefined) writer.boolean(false);
        else writer.text(from);
        writer.number(limit - ids.length);
        writeFilter(writer, filter);
      }),
    );
    reader.array();
    ids.push(...reader.texts());
    isOver = reader.skipFalse() || ids.length >= limit;
    if (!isOver) place = reader.text();
  }
  const records = await getJobs(store, ids);
  return records.filter((record) => record !== undefined);
}
