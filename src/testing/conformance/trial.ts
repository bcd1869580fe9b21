import assert from "node:assert/strict";
import { setTimeout as delay } from "node:timers/promises";
import type { Engine } from "../../engine/contract.ts";
import type { BulkReply, QueueStatistics } from "../../engine/inspect.ts";
import type { PushReply, PushRequest } from "../../engine/jobs.ts";
import type { RescuedJob } from "../../engine/liveness.ts";
import type { ErrorRecord } from "../../kernel/error-record.ts";
import { newId, newIdBeside, newIdOfKey } from "../../kernel/id.ts";
import type { JobRecord, JobState, NewJob } from "../../kernel/job.ts";
import type { EngineAdapter, StoreReference } from "./adapter.ts";
import { QUEUE, RETAIN_MS, TASK, TestWorker, type TestWorkerOptions } from "./worker.ts";

const POLL_MS = 10;
// Far more than anything here takes beside a lease: reached only when the condition never comes.
const PATIENCE_MS = 20_000;

/** One test's stage: a store of its own with a started engine, and the moves that tests share. */
export class Trial {
  readonly adapter: EngineAdapter;
  readonly reference: StoreReference;
  readonly #cleanups: (() => Promise<void>)[] = [];
  readonly #place = newId();
  #engine: Engine | undefined;
  #rescuer: TestWorker | undefined;
  #workers = 0;

  constructor(adapter: EngineAdapter, reference: StoreReference) {
    this.adapter = adapter;
    this.reference = reference;
  }

  get engine(): Engine {
    assert.ok(this.#engine !== undefined, "the trial has begun");
    return this.#engine;
  }

  get leaseMs(): number {
    return this.adapter.leaseMs;
  }

  async begin(): Promise<void> {
    this.#engine = await this.open();
  }

  async end(): Promise<void> {
    const endings = await Promise.allSettled(this.#cleanups.reverse().map((cleanup) => cleanup()));
    await this.adapter.discard?.(this.reference);
    for (const ending of endings) if (ending.status === "rejected") throw ending.reason;
  }

  /** Runs at the end of the test, whatever its outcome; the last one added first. */
  onEnd(cleanup: () => Promise<void>): void {
    this.#cleanups.push(cleanup);
  }

  /** Another engine on the same store, started, and stopped at the end. */
  async open(reference: Partial<StoreReference> = {}): Promise<Engine> {
    const engine = await this.adapter.open({ ...this.reference, ...reference });
    this.onEnd(() => engine.stop());
    await engine.start();
    return engine;
  }

  async worker(options: Partial<TestWorkerOptions> & { readonly engine?: Engine } = {}): Promise<TestWorker> {
    this.#workers += 1;
    const { engine = this.engine, ...more } = options;
    const worker = new TestWorker(engine, { id: `worker-${this.#workers}`, leaseMs: this.leaseMs, ...more });
    await worker.register();
    return worker;
  }

  /** Pushes jobs that must be stored; gives their ids. */
  async push(...jobs: readonly Partial<NewJob>[]): Promise<readonly string[]> {
    const reply = await this.tryPush(jobs);
    assert.equal(reply.status, "stored", `stored, not ${JSON.stringify(reply)}`);
    return reply.status === "stored" ? reply.jobs.map(({ id }) => id) : [];
  }

  async pushOne(job: Partial<NewJob> = {}): Promise<string> {
    const [id] = await this.push(job);
    assert.ok(id !== undefined);
    return id;
  }

  async tryPush(jobs: readonly Partial<NewJob>[], more: Partial<PushRequest> = {}): Promise<PushReply> {
    const placed = jobs.map((job) => ({ id: this.#newIdFor(job), ...job }));
    const [reply] = await this.engine.jobs.push([pushRequest(placed, more)]);
    assert.ok(reply !== undefined, "every request has a reply");
    return reply;
  }

  async get(id: string): Promise<JobRecord> {
    const [record] = await this.engine.inspect.get([id]);
    assert.ok(record !== undefined, `job ${id} is there`);
    return record;
  }

  async states(ids: readonly string[]): Promise<readonly (JobState | undefined)[]> {
    return (await this.engine.inspect.get(ids)).map((record) => record?.state);
  }

  /** One that the engine does not list holds nothing. */
  async queue(queue: string = QUEUE): Promise<QueueStatistics> {
    const found = (await this.engine.inspect.queues()).find((one) => one.queue === queue);
    const empty = { queue, paused: false, scheduled: 0, ready: 0, active: 0, waiting: 0, oldestReadyAt: undefined };
    return found ?? empty;
  }

  /** The engine's clock, as its jobs tell it. */
  async now(): Promise<number> {
    const id = await this.pushOne({ queue: "clock", task: "clock" });
    return (await this.get(id)).createdAt;
  }

  /** Lets time pass, by the engine's clock. */
  async pass(durationMs: number): Promise<void> {
    if (this.adapter.advance === undefined) await delay(durationMs);
    else await this.adapter.advance(durationMs);
  }

  /** Asks again and again, while time passes, until the answer is something. */
  async until<Value>(what: string, ask: () => Promise<Value | undefined | false>): Promise<Value> {
    const patienceMs = PATIENCE_MS + 2 * this.leaseMs;
    const startedAt = performance.now();
    for (let passedMs = 0; Math.max(passedMs, performance.now() - startedAt) < patienceMs; passedMs += POLL_MS) {
      const answer = await ask();
      if (answer !== undefined && answer !== false) return answer;
      await this.pass(POLL_MS);
    }
    throw new assert.AssertionError({ message: `In ${patienceMs} ms it never came about that ${what}.` });
  }

  /** Lets a worker's lease lapse without its saying good-bye, as a killed process does. */
  async lose(worker: TestWorker): Promise<readonly RescuedJob[]> {
    // Registered anew, not renewed: an engine may refuse to make a running lease shorter.
    await this.engine.liveness.register(worker.description, 1);
    return this.rescueFrom(worker);
  }

  /** Has a steady worker rescue, until the given one holds nothing; gives what was taken from it. */
  rescueFrom(worker: TestWorker): Promise<readonly RescuedJob[]> {
    const rescued: RescuedJob[] = [];
    return this.until(`${worker.id} is rescued from`, async () => {
      rescued.push(...(await this.rescue()).filter((job) => job.worker === worker.id));
      const workers = await this.engine.inspect.workers();
      return workers.every(({ id, active }) => id !== worker.id || active === 0) && rescued;
    });
  }

  #newIdFor(job: Partial<NewJob>): string {
    const isFree = job.key === undefined && job.node === undefined && this.adapter.spread !== true;
    return isFree ? newIdBeside(this.#place) : newIdFor(job);
  }

  /** One attempt of a worker that does nothing else. */
  async rescue(max: number = 1_000): Promise<readonly RescuedJob[]> {
    // A fifth of the usual lease: it is steady the sooner.
    this.#rescuer ??= await this.worker({ id: "rescuer", leaseMs: Math.min(this.leaseMs, 1_000) / 5 });
    const reply = await this.#rescuer.beat([]);
    if (!reply.known) await this.#rescuer.register();
    return this.engine.liveness.rescue({ worker: this.#rescuer.id, max, retainMs: RETAIN_MS });
  }
}

/** A job with everything as usual but what is given. */
export function newJob(job: Partial<NewJob> = {}): NewJob {
  return {
    id: newIdFor(job),
    task: TASK,
    queue: QUEUE,
    priority: 5,
    input: '{"value":1}',
    headers: undefined,
    due: undefined,
    expires: undefined,
    ack: "late",
    key: undefined,
    ...job,
  };
}

/** Its place is that of its key, or of its workflow, as stores in partitions want it. */
function newIdFor({ task = TASK, key, node }: Partial<NewJob>): string {
  if (key !== undefined) return newIdOfKey(task, key.key);
  return node === undefined ? newId() : newIdBeside(node.workflow);
}

export function pushRequest(jobs: readonly Partial<NewJob>[], more: Partial<PushRequest> = {}): PushRequest {
  return { jobs: jobs.map(newJob), maxDepth: {}, deadlineAt: Date.UTC(2200, 0, 1), ...more };
}

/** The order in which a bulk reply lists what it skipped is nobody's business. */
export function sortSkipped(reply: BulkReply): BulkReply {
  return { ...reply, skipped: [...reply.skipped].sort((left, right) => (left.id < right.id ? -1 : 1)) };
}

/** The code of a refused push. */
export function refusalOf(reply: PushReply): string | undefined {
  return refusedWith(reply)?.code;
}

export function refusedWith(reply: PushReply): ErrorRecord | undefined {
  assert.equal(reply.status, "refused", `refused, not ${JSON.stringify(reply)}`);
  return reply.status === "refused" ? reply.error : undefined;
}
