import { type PushReply, type PushRequest, pushTooLate } from "../../../engine/index.ts";
import { LovageError } from "../../../kernel/errors.ts";
import type { Pool } from "../client/pool.ts";
import type { ServerClock } from "../client/server-clock.ts";
import { isPastDeadline } from "../errors.ts";
import type { Lanes } from "./lanes.ts";
import { type CheckedRequest, checkRequest, pushChecked, refused } from "./push.ts";

// A statement of 5,000 jobs takes about 40 ms, and a second one is made ready meanwhile.
const MAX_JOBS = 5_000;
const MAX_BYTES = 16 * 1_048_576;

interface Entry {
  readonly request: PushRequest;
  resolve(reply: PushReply): void;
  reject(error: unknown): void;
}

/**
 * The pushes of this process, one transaction after the other, so that their order is kept. What comes while one is
 * under way goes with the next: the busier the server, the more pushes share a commit.
 */
export class Pushes {
  readonly #schema: string;
  readonly #pool: Pool;
  readonly #lanes: Lanes;
  readonly #clock: ServerClock;
  #entries: Entry[] = [];
  #isSending = false;

  constructor(parts: {
    readonly schema: string;
    readonly pool: Pool;
    readonly lanes: Lanes;
    readonly clock: ServerClock;
  }) {
    this.#schema = parts.schema;
    this.#pool = parts.pool;
    this.#lanes = parts.lanes;
    this.#clock = parts.clock;
  }

  push(requests: readonly PushRequest[]): Promise<readonly PushReply[]> {
    const replies = requests.map(
      (request) => new Promise<PushReply>((resolve, reject) => this.#entries.push({ request, resolve, reject })),
    );
    if (!this.#isSending) void this.#sendAll();
    return Promise.all(replies);
  }

  async #sendAll(): Promise<void> {
    this.#isSending = true;
    while (this.#entries.length > 0) await this.#send(this.#takeBatch());
    this.#isSending = false;
  }

  #takeBatch(): readonly Entry[] {
    let jobs = 0;
    let bytes = 0;
    let count = 0;
    for (const { request } of this.#entries) {
      const added = request.jobs.reduce((sum, { input }) => sum + (input?.length ?? 0), 0);
      if (count > 0 && (jobs + request.jobs.length > MAX_JOBS || bytes + added > MAX_BYTES)) break;
      jobs += request.jobs.length;
      bytes += added;
      count += 1;
    }
    return this.#entries.splice(0, count);
  }

  async #send(entries: readonly Entry[], isClockSure = false): Promise<void> {
    const fitting: { entry: Entry; request: CheckedRequest }[] = [];
    for (const entry of entries) {
      const request = checkRequest(entry.request);
      if (request instanceof LovageError) entry.resolve(refused(request));
      else fitting.push({ entry, request });
    }
    try {
      const replies = await this.#store(fitting);
      for (const [index, { entry }] of fitting.entries()) entry.resolve(replies[index] ?? refused(pushTooLate(0)));
    } catch (error) {
      const sent = fitting.map(({ entry }) => entry);
      if (isPastDeadline(error instanceof LovageError ? error.cause : error)) await this.#sendRest(sent, isClockSure);
      else for (const { reject } of sent) reject(error);
    }
  }

  /** The first deadline of a batch has passed, and nothing was stored: the others go again without it. */
  async #sendRest(sent: readonly Entry[], isClockSure: boolean): Promise<void> {
    const late = sent.filter(({ request }) => request.deadlineAt <= Date.now());
    if (late.length === 0 && !isClockSure) return this.#sendByNewTime(sent);
    const first = late.length > 0 ? late : sent;
    for (const { request, resolve } of first) resolve(refused(pushTooLate(Date.now() - request.deadlineAt)));
    await this.#send(
      sent.filter((entry) => !first.includes(entry)),
      isClockSure,
    );
  }

  /** In time here and late there: a clock was set. */
  async #sendByNewTime(entries: readonly Entry[]): Promise<void> {
    try {
      await this.#clock.measure(Math.max(...entries.map(({ request }) => request.deadlineAt)));
    } catch (error) {
      for (const { reject } of entries) reject(error);
      return;
    }
    await this.#send(entries, true);
  }

  async #store(fitting: readonly { entry: Entry; request: CheckedRequest }[]): Promise<readonly PushReply[]> {
    const jobs = fitting.flatMap(({ request }) => request.jobs.map(({ job }) => job));
    if (jobs.length === 0) return fitting.map(() => ({ status: "stored", jobs: [] }));
    const deadlines = fitting.map(({ entry }) => entry.request.deadlineAt);
    const last = Math.max(...deadlines);
    await this.#lanes.know(jobs, last);
    const deadlineAt = this.#clock.toServer(Math.min(...deadlines));
    const context = { schema: this.#schema, lanes: this.#lanes, deadlineAt };
    return pushChecked(
      fitting.map(({ request }) => request),
      context,
      async (statements) => {
        const [only] = statements;
        if (statements.length === 1 && only !== undefined) return [await this.#pool.run(only, last)];
        return this.#pool.runTogether(statements, last);
      },
    );
  }
}
