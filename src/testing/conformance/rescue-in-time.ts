import assert from "node:assert/strict";
import { EngineProcess } from "./processes/engine-process.ts";
import type { Trial } from "./trial.ts";

// Beside the lease itself: with the default lease of 15 s, what is lost runs elsewhere in under 20 s.
const SLACK_MS = 5_000;

/** Loses a worker that holds a job, killed where it has a process; another one has the job within the lease. */
export async function rescueInTime(trial: Trial): Promise<void> {
  const child = trial.adapter.processes === undefined ? undefined : await EngineProcess.start(trial);
  const id = await trial.pushOne();
  const worker = await trial.worker({ engine: child?.engine ?? trial.engine });
  const job = await worker.claimOne();
  await worker.beat([job]);
  const lostAt = await trial.now();
  await child?.kill();
  assert.partialDeepStrictEqual(await trial.rescueFrom(worker), [{ id, crashes: 1, state: "ready" }]);
  const tookMs = (await trial.now()) - lostAt;
  assert.ok(tookMs >= trial.leaseMs / 2, `a lease of ${trial.leaseMs} ms ended after ${tookMs} ms`);
  assert.ok(tookMs < trial.leaseMs + SLACK_MS, `the rescue took ${tookMs} ms`);
  assert.partialDeepStrictEqual(await (await trial.worker()).claimOne(), { id, fence: 2, crashes: 1 });
}
