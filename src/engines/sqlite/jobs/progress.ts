import type { ProgressUpdate } from "../../../engine/index.ts";
import { bindPayload } from "../payload.ts";
import type { Work } from "../work.ts";

/** Keeps the latest progress of running jobs. An update that cannot be stored is dropped, as one that came late is. */
export function recordProgress(work: Work, updates: readonly ProgressUpdate[]): void {
  for (const { id, fence, receipt, progress } of updates) {
    const sequence = Number(receipt);
    const value = bindPayload(progress, "progress", id);
    const isCurrent = work.statements.named("jobs/progressed").run({ sequence, id, fence }) === 1;
    if (!isCurrent) continue;
    work.statements.named("jobs/progress").run({ sequence, progress: value });
    work.touched(id, "active");
  }
}
