import type { ClaimedJob, FilledSlot } from "../../../kernel/job.ts";
import type { Store } from "../store.ts";
import { pack } from "../wire/writer.ts";
import { readSlots } from "./node.ts";

/**
 * The claimed job with what fills its slots, asked for in parts: together it was too much for the reply to the claim. Nothing
 * about it changes while the job is active.
 */
export async function withSlots(job: ClaimedJob, store: Store): Promise<ClaimedJob> {
  // The one beyond those of the workflow is that of a replacement.
  const last = job.node?.slots ?? 0;
  const filled: FilledSlot[] = [];
  let from = 0;
  while (from <= last) {
    const request = pack((writer) => writer.array(3).text(job.id).number(from).number(last));
    const reader = await store.commands.run("slots", request);
    reader.array();
    filled.push(...readSlots(reader));
    from = reader.number();
  }
  return { ...job, filled };
}
