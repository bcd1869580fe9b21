import type { Engine, PushedJob, PushReply, PushRequest, Records } from "../engine/index.ts";
import type { Clock } from "../kernel/clock.ts";
import type { NewJob, Settlement, SettlementReply, When } from "../kernel/job.ts";
import { decodeJson } from "../kernel/json.ts";

/** A push as its caller made it. */
export interface RecordedPush<Input = unknown> {
  readonly id: string;
  readonly task: string;
  readonly input: Input;
  readonly queue: string;
  readonly priority: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly key: string | undefined;
  /** How long after the push the job is due; 0: at once. */
  readonly countdownMs: number;
  /** How long after the push the job is revoked unless it has started. */
  readonly expiresMs: number | undefined;
  readonly pushedAt: Date;
}

/** Notes every job that an engine is given: by callers, by schedules, and together with settlements. */
export class Recorder {
  /** The engine, listened to. */
  readonly engine: Engine;
  readonly pushes: RecordedPush[] = [];
  readonly #clock: Clock;

  constructor(engine: Engine, clock: Clock) {
    this.#clock = clock;
    this.engine = {
      ...engine,
      jobs: {
        ...engine.jobs,
        push: async (requests) => {
          const replies = await engine.jobs.push(requests);
          this.#notePushes(requests, replies);
          return replies;
        },
        exchange: async (request) => {
          const reply = await engine.jobs.exchange(request);
          this.#noteEffects(request.settlements, reply.settled);
          return reply;
        },
      },
      records: engine.records && this.#listened(engine.records),
    };
  }

  #listened(records: Records): Records {
    return {
      ...records,
      write: async (writes, jobs) => {
        const reply = await records.write(writes, jobs);
        if (reply.status === "written") for (const job of jobs) this.#note(job);
        return reply;
      },
    };
  }

  #notePushes(requests: readonly PushRequest[], replies: readonly PushReply[]): void {
    for (const [index, { jobs }] of requests.entries()) {
      const reply = replies[index];
      if (reply?.status === "stored") this.#noteCreated(jobs, reply.jobs);
    }
  }

  /** One that was there before, by its key, is no new push. */
  #noteCreated(jobs: readonly NewJob[], replies: readonly PushedJob[]): void {
    for (const [index, job] of jobs.entries()) if (replies[index]?.outcome === "created") this.#note(job);
  }

  #noteEffects(settlements: readonly Settlement[], replies: readonly SettlementReply[]): void {
    for (const [index, { effects }] of settlements.entries()) {
      if (replies[index]?.status === "applied") for (const { job } of effects) this.#note(job);
    }
  }

  #note(job: NewJob): void {
    const nowMs = this.#clock.now();
    this.pushes.push({
      id: job.id,
      task: job.task,
      input: decodeJson(job.input),
      queue: job.queue,
      priority: job.priority,
      headers: job.headers ?? {},
      key: job.key?.key,
      countdownMs: job.due === undefined ? 0 : distanceMs(job.due, nowMs),
      expiresMs: job.expires === undefined ? undefined : distanceMs(job.expires, nowMs),
      pushedAt: new Date(nowMs),
    });
  }
}

function distanceMs(when: When, nowMs: number): number {
  return "afterMs" in when ? when.afterMs : Math.max(0, when.at - nowMs);
}
