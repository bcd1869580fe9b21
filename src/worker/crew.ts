import type { WorkerDescription } from "../engine/index.ts";
import type { Clock } from "../kernel/clock.ts";
import type { Logger } from "../kernel/logger.ts";
import type { WorkerSettings } from "../kernel/options/index.ts";
import { JOIN_TASK, joinTask } from "../tasks/index.ts";
import { Claimer } from "./exchange/claimer.ts";
import { Exchange } from "./exchange/exchange.ts";
import { Hints } from "./hints.ts";
import { Lease } from "./lease/lease.ts";
import { Renewal } from "./lease/renewal.ts";
import { LoopLag } from "./loop-lag.ts";
import { Outage } from "./outage.ts";
import type { WorkerParts } from "./parts.ts";
import { Pulse } from "./pulse.ts";
import { Recycle, type RecycleReason } from "./recycle.ts";
import type { RunnableTask } from "./run/attempt.ts";
import { Executor } from "./run/executor.ts";
import { FailureReport } from "./run/failure-report.ts";
import { ProgressReporter } from "./run/progress.ts";
import { RunMetrics } from "./run/run-metrics.ts";
import { Slots } from "./run/slots.ts";
import { Tally } from "./tally.ts";
import { Upkeep } from "./upkeep.ts";

/** What a crew is engaged for. */
export interface Assignment {
  readonly parts: WorkerParts;
  readonly settings: WorkerSettings;
  readonly description: WorkerDescription;
  readonly onRecycle: (reason: RecycleReason) => void;
}

/** The actors of one worker from its start to its stop, introduced to each other. */
export class Crew {
  readonly clock: Clock;
  readonly logger: Logger;
  readonly outage: Outage;
  readonly tally: Tally = new Tally();
  readonly recycle: Recycle;
  readonly lag: LoopLag;
  readonly pulse: Pulse;
  readonly progress: ProgressReporter;
  readonly executor: Executor;
  readonly exchange: Exchange;
  readonly claimer: Claimer;
  readonly lease: Lease;
  /** Absent where the engine lives in this process. */
  readonly renewal: Renewal | undefined;
  readonly upkeep: Upkeep;
  readonly hints: Hints;
  readonly #assignment: Assignment;
  readonly #slots: Slots;
  readonly #metrics: RunMetrics;

  constructor(assignment: Assignment) {
    const { parts, settings, description, onRecycle } = assignment;
    const { clock, logger, engine, metrics } = parts;
    const worker = description.id;
    this.#assignment = assignment;
    this.#slots = new Slots(settings.concurrency, () => this.claimer.schedule());
    this.#metrics = new RunMetrics(metrics);
    this.clock = clock;
    this.logger = logger;
    this.outage = new Outage(clock, logger);
    this.recycle = new Recycle({ ...settings, onDue: onRecycle });
    this.lag = new LoopLag({
      ...{ logger, metrics, warningMs: settings.lagWarningMs },
      running: () => this.executor.running,
    });
    this.progress = new ProgressReporter({
      ...{ jobs: engine.jobs, clock, logger },
      limitBytes: parts.settings.progressLimitBytes,
    });
    this.exchange = new Exchange({
      ...{ worker, jobs: engine.jobs, logger, metrics },
      retainFailedMs: parts.settings.jobDefaults.retention.failedMs,
    });
    this.executor = this.#engageExecutor();
    this.claimer = this.#engageClaimer();
    this.lease = this.#engageLease();
    this.renewal = this.#engageRenewal();
    this.upkeep = this.#engageUpkeep();
    this.hints = new Hints({
      bus: engine.bus,
      onDue: (delayMs) => this.upkeep.dueIn(delayMs),
      onScheduleDue: (delayMs) => this.upkeep.scheduleDueIn(delayMs),
      onBeatWanted: () => this.lease.beatSoon(),
    });
    this.pulse = this.#engagePulse();
  }

  #engageExecutor(): Executor {
    const { parts } = this.#assignment;
    return new Executor({
      ...{ clock: this.clock, logger: this.logger, settings: parts.settings },
      ...{ metrics: this.#metrics, progress: this.progress, engine: parts.engine, slots: this.#slots },
      tasks: runnableTasks(parts, this.#metrics),
      failures: new FailureReport(parts.onError),
      settle: (settlement) => {
        this.tally.countEnd(settlement.outcome.kind);
        this.exchange.settle(settlement);
        this.upkeep.noteSettled(settlement);
      },
      onCommitted: ({ kind }) => this.tally.countEnd(kind),
      onEnd: (attempt, runMs) => {
        this.lag.noteEnd(attempt, runMs);
        this.claimer.schedule();
      },
      onNextLimit: (attempt) => this.renewal?.watch(attempt),
    });
  }

  #engageClaimer(): Claimer {
    const { parts, settings, description } = this.#assignment;
    return new Claimer({
      ...{ jobs: parts.engine.jobs, exchange: this.exchange, clock: this.clock, outage: this.outage },
      interest: { tasks: [...description.tasks, JOIN_TASK], queues: description.queues },
      concurrency: settings.concurrency,
      slots: this.#slots,
      pollMs: settings.pollMs,
      retainMs: parts.settings.jobDefaults.retention.revokedMs,
      running: () => this.executor.running.size,
      allowance: () => this.recycle.allowance(this.tally.started),
      start: (job) => {
        this.tally.countStart();
        this.executor.start(job);
        this.recycle.lookAtJobs(this.tally.started);
      },
      beforeExchange: () => {
        this.progress.flush();
        this.#metrics.running.set(this.executor.running.size);
      },
    });
  }

  #engageLease(): Lease {
    const { parts, settings, description } = this.#assignment;
    return new Lease({
      ...{ description, leaseMs: settings.leaseMs, liveness: parts.engine.liveness },
      ...{ clock: this.clock, logger: this.logger, outage: this.outage },
      ...{ executor: this.executor, exchange: this.exchange },
    });
  }

  #engageRenewal(): Renewal | undefined {
    const { parts, settings, description } = this.#assignment;
    const source = parts.engine.liveness.renewal;
    if (source === undefined) return undefined;
    return new Renewal({
      ...{ source, worker: description.id, leaseMs: settings.leaseMs, tasks: description.tasks },
      ...{ clock: this.clock, logger: this.logger, outage: this.outage },
    });
  }

  #engageUpkeep(): Upkeep {
    const { parts, settings, description } = this.#assignment;
    return new Upkeep({
      ...{ worker: description.id, engine: parts.engine, metrics: parts.metrics, settings: parts.settings },
      ...{ clock: this.clock, logger: this.logger, outage: this.outage },
      ...{ leaseMs: settings.leaseMs, pollMs: settings.pollMs, beat: parts.beat },
      onReady: () => this.claimer.nudge(),
    });
  }

  #engagePulse(): Pulse {
    return new Pulse([
      () => this.renewal?.beat(),
      (lateMs) => this.lag.look(lateMs),
      () => this.recycle.lookAtMemory(),
    ]);
  }
}

function runnableTasks({ registry, settings }: WorkerParts, metrics: RunMetrics): ReadonlyMap<string, RunnableTask> {
  const tasks = new Map<string, RunnableTask>();
  for (const task of [...registry.all(), joinTask(settings)])
    if (task.run !== undefined) tasks.set(task.name, { ...task, run: task.run, series: metrics.bind(task.name) });
  return tasks;
}
