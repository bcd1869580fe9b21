import type { App, JobSnapshot, JobState } from "lovage";
import type { FetchReport } from "../fetch-feed.ts";
import type { SubscribedFeed } from "../store.ts";
import { printable } from "./text.ts";

/** One job of this run, as far as is known. */
export interface Row {
  readonly feed: SubscribedFeed;
  readonly job: string;
  state: JobState;
  attempt: number;
  /** By the engine's clock, UTC epoch milliseconds: when its first attempt began, and when it ended for good. */
  startedAt: number | undefined;
  finishedAt: number | undefined;
  /** Read by the attempt that runs. */
  bytes: number | undefined;
  report: FetchReport | undefined;
  /** Why it failed, was discarded, or is tried again. */
  reason: Reason | undefined;
}

/** Something worth a line while the jobs run. */
export type Event =
  | {
      readonly kind: "retry";
      readonly row: Row;
      readonly reason: Reason;
      readonly attempt: number;
      /** Until the attempt begins; `undefined` where it had begun before it could be told. */
      readonly inMs: number | undefined;
    }
  | { readonly kind: "failed" | "discarded"; readonly row: Row; readonly reason: Reason };

/** All jobs of this run, watched from this process while another does the work. */
export class Board {
  readonly rows: readonly Row[];
  readonly #app: App;
  readonly #tell: (event: Event) => void;

  constructor(
    app: App,
    jobs: readonly { readonly feed: SubscribedFeed; readonly job: string }[],
    tell: (event: Event) => void,
  ) {
    this.#app = app;
    this.#tell = tell;
    this.rows = jobs.map(({ feed, job }) => ({
      feed,
      job,
      state: "ready",
      attempt: 1,
      startedAt: undefined,
      finishedAt: undefined,
      bytes: undefined,
      report: undefined,
      reason: undefined,
    }));
  }

  /** How many jobs are in each state. */
  counts(): Readonly<Record<JobState, number>> {
    const counts = { waiting: 0, ready: 0, active: 0, scheduled: 0, succeeded: 0, failed: 0, revoked: 0 };
    for (const { state } of this.rows) counts[state] += 1;
    return counts;
  }

  /** Follows every job to its end, or until the signal aborts. */
  async follow(signal: AbortSignal): Promise<void> {
    await Promise.all(this.rows.map((row) => this.#followOne(row, signal)));
  }

  async #followOne(row: Row, signal: AbortSignal): Promise<void> {
    for await (const snapshot of this.#app.result<FetchReport>(row.job).watch({ signal })) this.#apply(row, snapshot);
  }

  #apply(row: Row, snapshot: JobSnapshot<FetchReport>): void {
    this.#tellUnseen(row, snapshot);
    row.state = snapshot.state;
    row.attempt = snapshot.attempt;
    row.bytes = undefined;
    switch (snapshot.state) {
      case "waiting":
      case "ready":
        return;
      case "scheduled":
        row.reason = describe(snapshot.error ?? "not now");
        this.#tellRetry(row, row.reason, row.attempt, snapshot.dueAt.getTime() - Date.now());
        return;
      case "active":
        row.startedAt ??= snapshot.startedAt.getTime();
        row.bytes = readBytes(snapshot.progress);
        return;
      case "succeeded":
        row.report = snapshot.result;
        row.reason = undefined;
        row.finishedAt = snapshot.finishedAt.getTime();
        return;
      case "failed":
        this.#end(row, "failed", snapshot.finishedAt, describe(snapshot.error.cause));
        return;
      case "revoked":
        this.#end(row, "discarded", snapshot.finishedAt, describe(snapshot.reason));
        return;
    }
  }

  /** Snapshots may be coalesced: on a busy machine the next attempt runs before its wait was seen. */
  #tellUnseen(row: Row, snapshot: JobSnapshot<FetchReport>): void {
    const last = snapshot.state === "scheduled" ? snapshot.attempt - 1 : snapshot.attempt;
    for (let attempt = row.attempt + 1; attempt <= last; attempt += 1) {
      const known = snapshot.state === "active" && attempt === last ? snapshot.error : undefined;
      this.#tellRetry(row, describe(known ?? "failed, and is tried again"), attempt, undefined);
    }
  }

  #tellRetry(row: Row, reason: Reason, attempt: number, inMs: number | undefined): void {
    this.#tell({ kind: "retry", row, reason, attempt, inMs });
  }

  #end(row: Row, kind: "failed" | "discarded", finishedAt: Date, reason: Reason): void {
    row.finishedAt = finishedAt.getTime();
    row.reason = reason;
    this.#tell({ kind, row, reason });
  }
}

/** What went wrong, as a person would put it, and the name that the error has in code. */
export interface Reason {
  readonly text: string;
  readonly errorName: string | undefined;
}

function describe(error: unknown): Reason {
  if (!(error instanceof Error)) return { text: printable(String(error)), errorName: undefined };
  // What went wrong below says more than "fetch failed"; and which job it is, the table says already.
  const deeper = error.cause instanceof Error ? ` (${error.cause.message})` : "";
  const limit = /reached its (?:soft )?(time limit of [\d.]+ \w+)/.exec(error.message)?.[1];
  return { text: printable(limit ?? error.message + deeper), errorName: error.name };
}

function readBytes(progress: unknown): number | undefined {
  return typeof progress === "object" && progress !== null && "bytes" in progress ? Number(progress.bytes) : undefined;
}
