import type { Clock } from "../kernel/clock.ts";
import type { When } from "../kernel/job.ts";
import type { Engine } from "./contract.ts";
import type { Inspect } from "./inspect.ts";
import type { Jobs, PushReply, PushRequest } from "./jobs.ts";
import { override } from "./override.ts";
import type { Records } from "./records.ts";

/** A job was scheduled that is due soon; the message is the delay in milliseconds. Workers promote in time for it. */
export const DUE_TOPIC = "lovage.due";
/** Somebody asked for the end of running jobs: workers beat at once, instead of hearing of it at their next beat. */
export const BEAT_TOPIC = "lovage.beat";
/** Somebody made, changed or resumed a schedule; the message is the delay until it is due, in milliseconds. */
export const SCHEDULE_TOPIC = "lovage.schedule";

// What is due later is found by the workers' own looks, of which the rarest comes every 5 s.
const SOON_MS = 10_000;

/**
 * Tells the workers of what they would else learn by polling, on any engine: a revocation then reaches a running job in
 * milliseconds, and a job that is due in 50 ms starts then. Hints may be lost; the polls stand behind them.
 */
export function withHints(engine: Engine, clock: Clock): Engine {
  return {
    kind: engine.kind,
    capabilities: engine.capabilities,
    jobs: override<Jobs>(engine.jobs, { push: (requests) => pushAndHint(engine, clock, requests) }),
    liveness: engine.liveness,
    upkeep: engine.upkeep,
    bus: engine.bus,
    inspect: override<Inspect>(engine.inspect, { revoke: (request) => revokeAndHint(engine, request) }),
    archive: engine.archive,
    records: engine.records && override<Records>(engine.records, { write: writer(engine, engine.records, clock) }),
    maintenance: engine.maintenance,
    start: () => engine.start(),
    stop: () => engine.stop(),
  };
}

async function pushAndHint(
  engine: Engine,
  clock: Clock,
  requests: readonly PushRequest[],
): Promise<readonly PushReply[]> {
  const replies = await engine.jobs.push(requests);
  const delayMs = soonest(requests, clock);
  hintIfSoon(engine, DUE_TOPIC, delayMs);
  return replies;
}

function writer(engine: Engine, records: Records, clock: Clock): Records["write"] {
  return async (writes, jobs) => {
    const reply = await records.write(writes, jobs);
    const delayMs = soonest([{ jobs }], clock);
    if (reply.status === "written") hintIfSoon(engine, DUE_TOPIC, delayMs);
    return reply;
  };
}

async function revokeAndHint(
  engine: Engine,
  request: Parameters<Inspect["revoke"]>[0],
): Promise<Awaited<ReturnType<Inspect["revoke"]>>> {
  const reply = await engine.inspect.revoke(request);
  if (!request.dryRun && reply.changed > 0) hint(engine, BEAT_TOPIC, "");
  return reply;
}

/** Tells the workers in how many milliseconds something is due, unless their own look at it comes first. */
export function hintIfSoon(engine: Engine, topic: string, delayMs: number): void {
  if (delayMs <= SOON_MS) hint(engine, topic, String(Math.max(0, delayMs)));
}

function hint(engine: Engine, topic: string, message: string): void {
  // A hint that cannot be sent is a hint that was lost, and everyone is prepared for that.
  engine.bus.publish(topic, message).catch(() => {});
}

function soonest(requests: readonly Pick<PushRequest, "jobs">[], clock: Clock): number {
  let soonestMs = Number.POSITIVE_INFINITY;
  for (const { jobs } of requests)
    for (const { due } of jobs) if (due !== undefined) soonestMs = Math.min(soonestMs, delayUntil(due, clock));
  return soonestMs;
}

function delayUntil(due: When, clock: Clock): number {
  return "afterMs" in due ? due.afterMs : Math.max(0, due.at - clock.now());
}
