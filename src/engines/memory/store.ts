import type { Clock } from "../../kernel/clock.ts";
import { EngineClosed } from "../../kernel/errors.ts";
import { LifecycleGuard } from "../../kernel/lifecycle.ts";
import { Arrivals } from "./arrivals.ts";
import { Changes } from "./changes.ts";
import { Claim } from "./jobs/claim.ts";
import { Push } from "./jobs/push.ts";
import { Settle } from "./jobs/settle.ts";
import { JobTable } from "./jobs/table.ts";
import { Workflows } from "./jobs/workflows.ts";
import { Keys } from "./keys.ts";
import { RecordTable } from "./record-table.ts";
import { Topics } from "./topics.ts";
import { Workers } from "./workers.ts";

/** What the parts of one engine share. Every operation on it is one synchronous step, and so atomic. */
export class Store {
  readonly namespace: string;
  readonly topics: Topics = new Topics();
  readonly changes: Changes = new Changes();
  readonly workers: Workers = new Workers();
  readonly jobs: JobTable;
  readonly arrivals: Arrivals;
  readonly keys: Keys;
  readonly push: Push;
  readonly claim: Claim;
  readonly settle: Settle;
  readonly workflows: Workflows;
  readonly records: RecordTable = new RecordTable();
  readonly lifecycle: LifecycleGuard;
  readonly #clock: Clock;

  constructor(namespace: string, clock: Clock) {
    this.namespace = namespace;
    this.#clock = clock;
    this.jobs = new JobTable({
      onReady: (lane) => this.arrivals.announce(lane),
      onChange: (change) => this.changes.note(change),
      onEnd: (job) => this.workflows.ended(job),
    });
    this.workflows = new Workflows(this.jobs);
    this.arrivals = new Arrivals(this.jobs.lanes);
    this.keys = new Keys(this.jobs);
    this.push = new Push(this.jobs, this.keys);
    this.claim = new Claim(this.jobs);
    this.settle = new Settle(this.jobs, this.push);
    this.lifecycle = new LifecycleGuard(
      async () => {},
      async () => this.#close(),
    );
  }

  /**
   * Begins an operation: the instant at which it happens.
   * @throws EngineClosed (`ENGINE_CLOSED`)
   */
  enter(): number {
    if (!this.lifecycle.started) throw this.#closed();
    return this.#clock.now();
  }

  /** Jobs and leases stay for the next start; whoever listens or waits is let go. */
  #close(): void {
    this.arrivals.close(this.#closed());
    this.changes.close();
    this.topics.close();
  }

  #closed(): EngineClosed {
    return new EngineClosed(
      `The memory engine of namespace "${this.namespace}" is not running: use it between start() and stop().`,
    );
  }
}
