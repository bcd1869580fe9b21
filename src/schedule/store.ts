import {
  type Engine,
  hintIfSoon,
  type Records,
  type RecordWrite,
  SCHEDULE_TOPIC,
  type StoredRecord,
} from "../engine/index.ts";
import { parseDuration } from "../kernel/duration.ts";
import { CapabilityMissing, StateConflict } from "../kernel/errors.ts";
import type { NewJob, When } from "../kernel/job.ts";
import { fixedLimits } from "../kernel/options/index.ts";
import { scheduleNotFound } from "./not-found.ts";
import {
  decodeSchedule,
  encodeSchedule,
  SCHEDULE_KIND,
  type StoredSchedule,
  type VersionedSchedule,
} from "./stored.ts";

const OVER_TTL_MS = parseDuration(fixedLimits["schedule, kept once it is over"].value);
// Whether the last job has ended is asked so often while an occurrence waits for it.
const ASK_EVERY_MS = 1_000;
const PAGE = 200;
// A change that others overtook so often is up against something else than chance.
const MAX_TRIES = 50;

/** A schedule with its name. */
export interface NamedSchedule extends VersionedSchedule {
  readonly name: string;
}

/** The schedules of an engine, as records of it. */
export class ScheduleStore {
  readonly #engine: () => Engine;

  constructor(engine: () => Engine) {
    this.#engine = engine;
  }

  /** The opened engine's records, in a wrapping: they may stand for ones that are loaded on use, and are no promise. */
  async open(): Promise<{ readonly records: Records }> {
    const engine = this.#engine();
    await engine.start();
    const { records } = engine;
    if (records !== undefined) return { records };
    throw new CapabilityMissing(
      `The ${engine.kind} engine keeps no records, so it can have no schedules: use one that does.`,
    );
  }

  /** The engine's clock, UTC epoch milliseconds. */
  async now(): Promise<number> {
    const { records } = await this.open();
    return (await records.due({ kind: SCHEDULE_KIND, max: 1 })).nowMs;
  }

  async find(name: string): Promise<VersionedSchedule | undefined> {
    const { records } = await this.open();
    const [record] = await records.get(SCHEDULE_KIND, [name]);
    return record && { version: record.version, schedule: decodeSchedule(name, record.value) };
  }

  /** All of them, by name. */
  async all(): Promise<NamedSchedule[]> {
    const { records } = await this.open();
    const found: StoredRecord[] = [];
    let page: readonly StoredRecord[];
    do {
      page = await records.list({ kind: SCHEDULE_KIND, cursor: found.at(-1)?.id, limit: PAGE });
      found.push(...page);
    } while (page.length === PAGE);
    return found.map(({ id, version, value }) => ({ name: id, version, schedule: decodeSchedule(id, value) }));
  }

  /** Writes a schedule and pushes jobs, both or neither; false where it is no longer of the `expected` version. */
  async write(name: string, { version, schedule }: VersionedSchedule, jobs: readonly NewJob[] = []): Promise<boolean> {
    const { records } = await this.open();
    const reply = await records.write([recordOf(name, version, schedule)], jobs);
    return reply.status === "written";
  }

  /**
   * Removes a schedule, also one that this version of Lovage cannot read.
   * @throws ScheduleNotFound (`SCHEDULE_NOT_FOUND`)
   */
  async remove(name: string): Promise<void> {
    const { records } = await this.open();
    await untilNobodyIntervenes(name, async () => {
      const [record] = await records.get(SCHEDULE_KIND, [name]);
      if (record === undefined) throw scheduleNotFound(name);
      const { kind, id, version } = record;
      const reply = await records.write([{ kind, id, expected: version, value: undefined }], []);
      return reply.status === "written" ? true : undefined;
    });
  }

  /**
   * Changes a schedule, on top of whatever others change meanwhile; `change` says what becomes of it.
   * @throws ScheduleNotFound (`SCHEDULE_NOT_FOUND`)
   */
  async change(name: string, change: (schedule: StoredSchedule) => StoredSchedule): Promise<StoredSchedule> {
    return this.untilWritten(name, async (found) => {
      if (found === undefined) throw scheduleNotFound(name);
      const schedule = change(found.schedule);
      return (await this.write(name, { version: found.version, schedule })) ? schedule : undefined;
    });
  }

  /** Writes until nobody comes in between: `write` is given what is there, and gives `undefined` where it was overtaken. */
  async untilWritten<Value>(
    name: string,
    write: (found: VersionedSchedule | undefined) => Promise<Value | undefined>,
  ): Promise<Value> {
    return untilNobodyIntervenes(name, async () => write(await this.find(name)));
  }

  /** Lets the workers know in time of a schedule that is due soon. */
  hint({ nextAt }: StoredSchedule, nowMs: number): void {
    if (nextAt !== undefined) hintIfSoon(this.#engine(), SCHEDULE_TOPIC, nextAt - nowMs);
  }
}

async function untilNobodyIntervenes<Value>(name: string, write: () => Promise<Value | undefined>): Promise<Value> {
  for (let tried = 0; tried < MAX_TRIES; tried += 1) {
    const done = await write();
    if (done !== undefined) return done;
  }
  throw new StateConflict(`Schedule ${JSON.stringify(name)} was changed by others all the while: try again.`);
}

/** A schedule as the record to write. */
function recordOf(name: string, expected: number, schedule: StoredSchedule): RecordWrite {
  const { nextAt, waitingAt, origin, paused } = schedule;
  const isOver = nextAt === undefined && waitingAt === undefined && !paused;
  return {
    ...{ kind: SCHEDULE_KIND, id: name, expected, value: encodeSchedule(schedule) },
    due: dueOf(schedule),
    // One from the code would be made anew by the next worker that starts.
    ttlMs: isOver && origin === "runtime" ? OVER_TTL_MS : undefined,
  };
}

function dueOf({ nextAt, waitingAt }: StoredSchedule): When | undefined {
  if (waitingAt !== undefined) return { afterMs: ASK_EVERY_MS };
  return nextAt === undefined ? undefined : { at: nextAt };
}
