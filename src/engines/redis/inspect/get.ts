import type { JobRecord } from "../../../kernel/job.ts";
import { readLanes } from "../jobs/exchange-wire.ts";
import { toRecord } from "../jobs/stored-job.ts";
import type { Store } from "../store.ts";
import type { Reader } from "../wire/reader.ts";
import { pack } from "../wire/writer.ts";

// So many jobs with results of 1 KB are one reply of half a megabyte.
const IDS_PER_STEP = 500;
const nothing: ReadonlyMap<string, Buffer> = new Map();

/** In the order of the ids; `undefined` for one that is not there. */
export async function getJobs(store: Store, ids: readonly string[]): Promise<(JobRecord | undefined)[]> {
  store.commands.checkStarted();
  const records: (JobRecord | undefined)[] = [];
  for (let from = 0; from < ids.length; from += IDS_PER_STEP) {
    const part = ids.slice(from, from + IDS_PER_STEP);
    const reader = await store.commands.run(
      "get",
      pack((writer) => writer.texts(part)),
    );
    records.push(...decodeJobs(part, reader));
  }
  return records;
}

function decodeJobs(ids: readonly string[], reader: Reader): (JobRecord | undefined)[] {
  reader.array();
  const values = Array.from({ length: reader.array() }, () => reader.bytes());
  const more = new Map<number, ReadonlyMap<string, Buffer>>();
  for (let left = reader.array() / 2; left > 0; left -= 1) more.set(reader.number(), readFields(reader));
  const lanes = readLanes(reader);
  return ids.map((_, index) => {
    const value = values[index];
    return value === undefined || value.length === 0 ? undefined : toRecord(value, more.get(index) ?? nothing, lanes);
  });
}

function readFields(reader: Reader): ReadonlyMap<string, Buffer> {
  const fields = new Map<string, Buffer>();
  for (let left = reader.array() / 2; left > 0; left -= 1) fields.set(reader.text(), reader.bytes());
  return fields;
}
