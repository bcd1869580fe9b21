import type { Engine, StoredRecord } from "../engine/index.ts";
import { toErrorRecord } from "../kernel/error-record.ts";
import { CapabilityMissing } from "../kernel/errors.ts";
import type { Logger } from "../kernel/logger.ts";
import type { BoundCounter, Metrics } from "../kernel/metrics.ts";
import { isFinished } from "../kernel/state.ts";
import type { CodeSchedules } from "./code.ts";
import { enrol } from "./enrol.ts";
import { jobOf } from "./occurrence.ts";
import { ScheduleStore } from "./store.ts";
import { decodeSchedule, SCHEDULE_KIND, type StoredSchedule } from "./stored.ts";
import { type Tick, tick } from "./tick.ts";

// Schedules looked at in one call: thousands that are due at once are done in several.
const MAX_DUE = 100;
// A schedule that cannot be understood here is looked at again after so long, by whichever worker may understand it.
const PUT_OFF_MS = 60_000;

export interface BeatParts {
  readonly engine: Engine;
  readonly namespace: string;
  readonly code: CodeSchedules;
  readonly logger: Logger;
  readonly metrics: Metrics;
}

/** What one look at the schedules has done. */
export interface BeatReport {
  /** Jobs pushed. */
  readonly pushed: number;
  /** Until the next schedule is due, by the engine's clock; 0: look again at once; `undefined`: none will be. */
  readonly nextDueInMs: number | undefined;
}

/**
 * Makes jobs of the occurrences of schedules. Any number of workers may do it at once: each schedule's next state and its
 * jobs are one write, which is refused to whoever was overtaken.
 */
export class Beat {
  readonly #parts: BeatParts;
  readonly #store: ScheduleStore;
  readonly #pushed: BoundCounter;
  #impossible = false;

  constructor(parts: BeatParts) {
    this.#parts = parts;
    this.#store = new ScheduleStore(() => parts.engine);
    this.#pushed = parts.metrics
      .counter({ name: "lovage_schedule_jobs_total", help: "Jobs of schedules pushed by this process." })
      .bind({});
  }

  /** Makes known what the code defines. @throws CapabilityMissing (`CAPABILITY_MISSING`), InputInvalid (`INPUT_INVALID`) */
  begin(): Promise<void> {
    const { code, logger } = this.#parts;
    return enrol({ code, logger, store: this.#store });
  }

  /** Looks at the schedules that are due, and pushes their jobs. */
  async beat(): Promise<BeatReport> {
    if (this.#impossible) return { pushed: 0, nextDueInMs: undefined };
    try {
      return await this.#beat();
    } catch (error) {
      if (!(error instanceof CapabilityMissing)) throw error;
      // An engine without records has no schedules, and never will have.
      this.#impossible = true;
      return { pushed: 0, nextDueInMs: undefined };
    }
  }

  async #beat(): Promise<BeatReport> {
    const { records } = await this.#store.open();
    const { records: due, nowMs, nextDueInMs } = await records.due({ kind: SCHEDULE_KIND, max: MAX_DUE });
    if (due.length === 0) return { pushed: 0, nextDueInMs };
    const schedules = new Map(due.map((record) => [record, this.#read(record)]));
    const busy = await this.#busy([...schedules.values()]);
    const pushed = await Promise.all(
      [...schedules].map(([record, schedule]) => this.#look(record, schedule, { nowMs, busy })),
    );
    return { pushed: pushed.reduce((sum, count) => sum + count, 0), nextDueInMs: 0 };
  }

  #read({ id, value }: StoredRecord): StoredSchedule | undefined {
    try {
      return decodeSchedule(id, value);
    } catch (error) {
      this.#tellUnreadable(id, error);
      return undefined;
    }
  }

  /** The last jobs that have not ended, of the schedules that care. */
  async #busy(schedules: readonly (StoredSchedule | undefined)[]): Promise<ReadonlySet<string>> {
    const careful = schedules.filter((schedule) => schedule !== undefined && schedule.definition.overlap !== "allow");
    const ids = careful.flatMap((schedule) => schedule?.last?.jobId ?? []);
    if (ids.length === 0) return new Set();
    const jobs = await this.#parts.engine.inspect.get(ids);
    return new Set(jobs.flatMap((job) => (job === undefined || isFinished(job.state) ? [] : [job.id])));
  }

  async #look(record: StoredRecord, schedule: StoredSchedule | undefined, moment: Moment): Promise<number> {
    const decided = schedule && this.#decide(record.id, schedule, moment);
    if (schedule === undefined || decided === undefined) return this.#putOff(record);
    const { namespace } = this.#parts;
    const { id: name, version } = record;
    const jobs = decided.run.map((at) => jobOf(schedule.definition, { namespace, name, at }, moment.nowMs));
    const [lastAt, lastJob] = [decided.run.at(-1), jobs.at(-1)];
    const last = lastAt === undefined || lastJob === undefined ? schedule.last : { at: lastAt, jobId: lastJob.id };
    const { nextAt, waitingAt } = decided;
    if (!(await this.#store.write(name, { version, schedule: { ...schedule, nextAt, waitingAt, last } }, jobs)))
      return 0;
    this.#pushed.add(jobs.length);
    this.#tell(name, schedule, decided);
    return jobs.length;
  }

  #decide(name: string, schedule: StoredSchedule, { nowMs, busy }: Moment): Tick | undefined {
    try {
      return tick(schedule, nowMs, schedule.last !== undefined && busy.has(schedule.last.jobId));
    } catch (error) {
      // A time zone that this Node's data lacks, or a pattern of a newer croner.
      this.#tellUnreadable(name, error);
      return undefined;
    }
  }

  async #putOff({ kind, id, version, value }: StoredRecord): Promise<number> {
    const { records } = await this.#store.open();
    await records.write([{ kind, id, expected: version, value, due: { afterMs: PUT_OFF_MS }, ttlMs: undefined }], []);
    return 0;
  }

  #tellUnreadable(schedule: string, error: unknown): void {
    const { code, message } = toErrorRecord(error);
    this.#parts.logger.log("error", "a schedule is due that this worker does not understand; it is tried again", {
      ...{ schedule, code, error: message },
    });
  }

  #tell(schedule: string, { definition }: StoredSchedule, { missedSince, overlapped }: Tick): void {
    const { logger } = this.#parts;
    if (missedSince !== undefined)
      logger.log("warn", "occurrences of a schedule were left out, since no worker was there for them", {
        ...{ schedule, since: new Date(missedSince).toISOString(), missed: definition.missed },
      });
    for (const at of overlapped)
      logger.log("info", "an occurrence of a schedule was left out, since the job of the last one has not ended", {
        ...{ schedule, at: new Date(at).toISOString(), overlap: definition.overlap },
      });
  }
}

interface Moment {
  readonly nowMs: number;
  /** The ids of the last jobs that have not ended. */
  readonly busy: ReadonlySet<string>;
}
