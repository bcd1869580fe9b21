import type { App } from "../app/index.ts";
import type { HealthFinding, QueueStatistics, WorkerStatistics } from "../engine/index.ts";
import { formatDuration } from "../kernel/duration.ts";
import { CapabilityMissing, LovageError } from "../kernel/errors.ts";
import type { JobState } from "../kernel/job.ts";
import type { Schedule } from "../schedule/index.ts";
import { describePlace } from "./session.ts";
import { counted } from "./text.ts";

const OLDEST_NODE = [22, 18] as const;
// More than that between two machines' clocks, and leases, schedules and retentions begin to be wrong.
const CLOCK_TOLERANCE_MS = 2_000;
// A worker is there in time for each, to the millisecond: later than this, none is.
const OVERDUE_MS = 60_000;
// How many waiting jobs are looked at for the names of their tasks; how many there are is counted exactly.
const SAMPLE = 1_000;
const NOT_STARTED: readonly JobState[] = ["ready", "scheduled"];

/**
 * Looks at everything that keeps jobs from being done; goes on as far as the engine allows. `inCode`: whether the app is
 * that of the user's modules, so that what it does not define is gone from the code.
 */
export async function examine(app: App, inCode: boolean = false): Promise<readonly HealthFinding[]> {
  const findings: HealthFinding[] = [checkNode(), checkSharing(app)];
  try {
    const behind = await checkSchema(app);
    if (behind !== undefined) return [...findings, behind];
    await app.start();
    findings.push(...(await app.engine.maintenance.diagnose()));
    findings.push(...(await checkWork(app, inCode)));
  } catch (error) {
    if (!(error instanceof LovageError)) throw error;
    findings.push({ check: "engine", ok: false, detail: error.message });
  }
  return findings;
}

function checkNode(): HealthFinding {
  const [major = 0, minor = 0] = process.versions.node.split(".").map(Number);
  const [wantedMajor, wantedMinor] = OLDEST_NODE;
  const ok = major > wantedMajor || (major === wantedMajor && minor >= wantedMinor);
  return { check: "node", ok, detail: `Node ${process.versions.node}${ok ? "" : `, needs ${OLDEST_NODE.join(".")}`}` };
}

function checkSharing(app: App): HealthFinding {
  const ok = app.engine.capabilities.processes;
  return {
    check: "engine",
    ok,
    detail: `${app.engine.kind}, ${describePlace(app)}${ok ? "" : ": no other process can reach it"}`,
  };
}

/** Asked before the start, which makes a store and migrates it: what is missing shows only now. */
async function checkSchema(app: App): Promise<HealthFinding | undefined> {
  const { from, to, applied } = await app.engine.maintenance.migrate({ dryRun: true });
  if (applied.length === 0) return undefined;
  const detail =
    from === 0
      ? `there is no store at ${describePlace(app)}: lovage migrate makes it`
      : `version ${from}, behind ${to}: lovage migrate`;
  return { check: "schema", ok: false, detail };
}

async function checkWork(app: App, inCode: boolean): Promise<readonly HealthFinding[]> {
  const nowMs = app.clock.now();
  const [workers, queues] = await Promise.all([app.engine.inspect.workers(), app.engine.inspect.queues()]);
  const live = workers.filter(({ leaseUntil }) => leaseUntil >= nowMs);
  const unknown = await Promise.all(queues.map((queue) => checkQueue(app, queue, live)));
  return [
    checkClock(workers, nowMs),
    checkWorkers(workers, live),
    ...queues.flatMap(checkPaused),
    ...unknown.flat(),
    ...(await checkSchedules(app, inCode)),
  ];
}

/** Workers say when they started by the engine's clock: an instant ahead of this machine's gives the clocks away. */
function checkClock(workers: readonly WorkerStatistics[], nowMs: number): HealthFinding {
  const aheadMs = Math.max(0, ...workers.map(({ startedAt }) => startedAt - nowMs));
  const ok = aheadMs <= CLOCK_TOLERANCE_MS;
  const now = new Date(nowMs).toISOString();
  return {
    check: "clock",
    ok,
    detail: ok ? now : `this machine says ${now}, and the engine is ${formatDuration(aheadMs)} ahead: synchronize them`,
  };
}

function checkWorkers(workers: readonly WorkerStatistics[], live: readonly WorkerStatistics[]): HealthFinding {
  const lapsed = workers.length - live.length;
  const detail = `${counted(live.length, "live worker")}${lapsed === 0 ? "" : `, ${lapsed} whose lease has lapsed`}`;
  return { check: "workers", ok: live.length > 0, detail: live.length > 0 ? detail : `${detail}: nothing will run` };
}

function checkPaused({ queue, paused, ready }: QueueStatistics): readonly HealthFinding[] {
  if (!paused) return [];
  const detail = `"${queue}" is paused, with ${counted(ready, "ready job")}: lovage queues resume ${queue}`;
  return [{ check: "queue", ok: ready === 0, detail }];
}

/** Jobs of a queue whose tasks no live worker of that queue has registered wait for ever, and nobody hears of it. */
async function checkQueue(
  app: App,
  { queue, ready, scheduled }: QueueStatistics,
  live: readonly WorkerStatistics[],
): Promise<readonly HealthFinding[]> {
  if (ready + scheduled === 0) return [];
  const serving = live.filter(({ queues }) => queues === undefined || queues.includes(queue));
  const known = new Set(serving.flatMap(({ tasks }) => tasks));
  const filter = { queues: [queue], states: NOT_STARTED };
  const { inspect } = app.engine;
  const [total, served] = await Promise.all([
    inspect.count(filter),
    known.size === 0 ? 0 : inspect.count({ ...filter, tasks: [...known] }),
  ]);
  if (total <= served) return [];
  const sample = await inspect.list({ filter, cursor: undefined, limit: SAMPLE });
  const names = new Set(sample.map(({ task }) => task).filter((task) => !known.has(task)));
  const tasks = names.size === 0 ? "tasks" : `"${[...names].join('", "')}"`;
  const detail = `${counted(total - served, "job")} of ${tasks} in "${queue}" ${total - served === 1 ? "waits" : "wait"} for a worker that knows the task`;
  return [{ check: "queue", ok: false, detail }];
}

/** Schedules that nobody sees to, and those that outlived the code that defined them. */
async function checkSchedules(app: App, inCode: boolean): Promise<readonly HealthFinding[]> {
  const schedules = await schedulesOf(app);
  if (schedules.length === 0) return [];
  const findings = [...checkOverdue(schedules, app.clock.now()), ...(inCode ? checkOrphaned(schedules) : [])];
  if (findings.length > 0) return findings;
  const paused = schedules.filter(({ state }) => state === "paused");
  return [
    { check: "schedules", ok: true, detail: `${counted(schedules.length, "schedule")}, ${paused.length} paused` },
  ];
}

function checkOverdue(schedules: readonly Schedule[], nowMs: number): readonly HealthFinding[] {
  const overdue = schedules.filter(({ upcoming: [next] }) => next !== undefined && nowMs - next.getTime() > OVERDUE_MS);
  if (overdue.length === 0) return [];
  const detail = `${namesOf(overdue)} should have happened over a minute ago: does a worker run?`;
  return [{ check: "schedule", ok: false, detail }];
}

function checkOrphaned(schedules: readonly Schedule[]): readonly HealthFinding[] {
  const orphaned = schedules.filter((schedule) => schedule.orphaned);
  if (orphaned.length === 0) return [];
  const go = orphaned.length === 1 ? "is no longer in the code, and goes" : "are no longer in the code, and go";
  return [{ check: "schedule", ok: false, detail: `${namesOf(orphaned)} ${go} on: lovage schedules remove` }];
}

function namesOf(schedules: readonly Schedule[]): string {
  return schedules.map(({ name }) => `"${name}"`).join(", ");
}

async function schedulesOf(app: App): Promise<readonly Schedule[]> {
  try {
    return await app.schedules.list();
  } catch (error) {
    // An engine without records has no schedules.
    if (error instanceof CapabilityMissing) return [];
    throw error;
  }
}
