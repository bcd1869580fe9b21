import type { WorkerDescription } from "../engine/index.ts";
import type { Clock } from "../kernel/clock.ts";
import type { Logger } from "../kernel/logger.ts";
import type { WorkerSettings } from "../kernel/options/index.ts";
import { Claimer } from "./exchange/claimer.ts";
import { Exchange } from "./exchange/exchange.ts";
import { Lease } from "./lease/lease.ts";
import { Outage } from "./outage.ts";
import type { WorkerParts } from "./parts.ts";
import type { RunnableTask } from "./run/attempt.ts";
import { Executor } from "./run/executor.ts";
import { FailureReport } from "./run/failure-report.ts";
import { ProgressReporter } from "./run/progress.ts";
import { RunMetrics } from "./run/run-metrics.ts";
import { Tally } from "./tally.ts";
import { Upkeep } from "./upkeep.ts";

/** The actors of one worker from its start to its stop. */
export interface Crew {
  readonly clock: Clock;
  readonly logger: Logger;
  readonly outage: Outage;
  readonly tally: Tally;
  readonly progress: ProgressReporter;
  readonly executor: Executor;
  readonly exchange: Exchange;
  readonly claimer: Claimer;
  readonly lease: Lease;
  readonly upkeep: Upkeep;
}

/** Engages the actors and introduces them to each other; none of them does anything yet. */
export function engageCrew(parts: WorkerParts, settings: WorkerSettings, description: WorkerDescription): Crew {
  const { clock, logger, engine } = parts;
  const outage = new Outage(clock, logger);
  const tally = new Tally();
  const progress = new ProgressReporter({
    ...{ jobs: engine.jobs, clock, logger },
    limitBytes: parts.settings.progressLimitBytes,
  });
  const exchange = new Exchange({
    ...{ worker: description.id, jobs: engine.jobs, logger, metrics: parts.metrics },
    retainFailedMs: parts.settings.jobDefaults.retention.failedMs,
  });
  const metrics = new RunMetrics(parts.metrics);
  const executor: Executor = new Executor({
    ...{ clock, logger, settings: parts.settings, metrics, progress },
    tasks: runnableTasks(parts, metrics),
    failures: new FailureReport(logger, parts.onError),
    settle: (settlement) => {
      tally.countEnd(settlement.outcome.kind);
      exchange.settle(settlement);
      claimer.schedule();
    },
    onEnd: () => claimer.schedule(),
  });
  const claimer: Claimer = new Claimer({
    ...{ jobs: engine.jobs, exchange, clock, outage },
    interest: { tasks: description.tasks, queues: description.queues },
    concurrency: settings.concurrency,
    pollMs: settings.pollMs,
    retainMs: parts.settings.jobDefaults.retention.revokedMs,
    running: () => executor.running.size,
    allowance: () => (settings.maxJobs ?? Number.POSITIVE_INFINITY) - tally.started,
    start: (job) => {
      tally.countStart();
      executor.start(job);
    },
    beforeExchange: () => {
      progress.flush();
      metrics.running.set(executor.running.size);
    },
  });
  const lease = new Lease({
    ...{ description, leaseMs: settings.leaseMs, liveness: engine.liveness },
    ...{ clock, logger, outage, executor, exchange },
  });
  const upkeep = new Upkeep({
    ...{ worker: description.id, engine, clock, logger, metrics: parts.metrics, outage, settings: parts.settings },
    ...{ leaseMs: settings.leaseMs, pollMs: settings.pollMs },
    onReady: () => claimer.nudge(),
  });
  return { clock, logger, outage, tally, progress, executor, exchange, claimer, lease, upkeep };
}

function runnableTasks({ registry }: WorkerParts, metrics: RunMetrics): ReadonlyMap<string, RunnableTask> {
  const tasks = new Map<string, RunnableTask>();
  for (const task of registry.all())
    if (task.run !== undefined) tasks.set(task.name, { ...task, run: task.run, series: metrics.bind(task.name) });
  return tasks;
}
