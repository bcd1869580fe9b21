import type { ClaimRequest } from "../../../engine/index.ts";
import { type Row, readNumber, readOptionalNumber, readOptionalText, readText } from "../database/row.ts";
import type { Lane } from "../lanes/lane.ts";
import type { Work } from "../work.ts";
import { type Candidate, CandidatesByAge, CandidatesByPriority, haveOnePriority } from "./candidates.ts";
import { finishExpired } from "./finish.ts";
import { LaneRun, LaneShares } from "./lane-run.ts";

/** One claimed job in so many is the oldest, whatever its priority, so that nothing starves. */
const OLDEST_EVERY = 20;

// A claim that meets expired jobs ends them; behind so many it hands out what it has, to hold the lock only briefly.
const MAX_EXPIRED = 500;

// Up to so many lanes, whole rows are read ahead; beyond, their order first and then each row.
const FEW_LANES = 8;

/** Who claims, for the rows. */
export interface Claimant {
  readonly worker: string;
  readonly exchange: number;
}

export interface Claimed {
  /** Rows of `sql/jobs/claimable.sql`. */
  readonly rows: readonly Row[];
  /** A job that crashed twice was claimed, or waits. */
  readonly quarantined: boolean;
}

/** Hands out ready jobs. */
export class Claims {
  readonly #shares: LaneShares = new LaneShares();
  #handedOut = 0;
  #gaveEarly = false;

  /** Whether the latest claim handed out a job that was settled by it. */
  get gaveEarly(): boolean {
    return this.#gaveEarly;
  }

  claim(work: Work, claimant: Claimant, request: ClaimRequest): Claimed {
    const quarantine = findQuarantined(work, request);
    const [first] = quarantine;
    const batch = new ClaimBatch(work, claimant, request);
    if (first !== undefined && request.alone && request.max > 0) {
      for (const candidate of quarantine) if (batch.rows.length === 0) batch.take(candidate);
      if (batch.rows.length > 0) return this.#handOut(batch, true);
    }
    const lanes = request.max > 0 ? work.lanes.eligible(request) : [];
    if (lanes.length > 0) this.#fill(work, batch, lanes);
    return this.#handOut(batch, first !== undefined);
  }

  #handOut(batch: ClaimBatch, quarantined: boolean): Claimed {
    batch.activate();
    this.#gaveEarly = batch.rows.some(isEarly);
    return { rows: batch.rows, quarantined };
  }

  #fill(work: Work, batch: ClaimBatch, lanes: readonly Lane[]): void {
    const turnsToOldest = OLDEST_EVERY - (this.#handedOut % OLDEST_EVERY);
    const isPlain = turnsToOldest > batch.max || haveOnePriority(work.statements, lanes);
    if (isPlain && lanes.length <= FEW_LANES) this.#handedOut += batch.fillFrom(lanes, this.#shares);
    else this.#fillInTurn(work, batch, lanes, isPlain);
  }

  #fillInTurn(work: Work, batch: ClaimBatch, lanes: readonly Lane[], isPlain: boolean): void {
    const byPriority = new CandidatesByPriority(work.statements, lanes, batch.max);
    const byAge = isPlain ? undefined : new CandidatesByAge(work.statements, lanes);
    while (!batch.isFull) {
      const isOldestsTurn = (this.#handedOut + 1) % OLDEST_EVERY === 0;
      const candidate = batch.nextOf(byAge !== undefined && isOldestsTurn ? byAge : byPriority);
      if (candidate === undefined) return;
      if (batch.take(candidate)) this.#handedOut += 1;
    }
  }
}

/** The jobs of one claim, as they are taken one by one. */
class ClaimBatch {
  readonly rows: Row[] = [];
  readonly max: number;
  readonly #work: Work;
  readonly #claimant: Claimant;
  readonly #retainMs: number;
  readonly #taken = new Set<number>();
  #claimed: number[] = [];
  #expired = 0;

  constructor(work: Work, claimant: Claimant, { max, retainMs }: ClaimRequest) {
    this.#work = work;
    this.#claimant = claimant;
    this.#retainMs = retainMs;
    this.max = max;
  }

  get isFull(): boolean {
    return this.rows.length >= this.max || this.#expired >= MAX_EXPIRED;
  }

  /** The next candidate that was not taken already, by the other order. */
  nextOf(candidates: { next(): Candidate | undefined }): Candidate | undefined {
    let candidate = candidates.next();
    while (candidate !== undefined && this.#taken.has(candidate.sequence)) candidate = candidates.next();
    return candidate;
  }

  /** Says whether the job was claimed: it is revoked instead where it has expired. */
  take({ lane, sequence }: Candidate): boolean {
    this.#taken.add(sequence);
    const row = this.#work.statements.hot("jobs/claimable").get(sequence);
    return row !== undefined && this.#claimRow(lane, row);
  }

  /** Takes from a few lanes, whole rows at a time; says how many. */
  fillFrom(lanes: readonly Lane[], shares: LaneShares): number {
    const before = this.rows.length;
    const even = Math.ceil(this.max / lanes.length);
    const runs = lanes.map((lane) => this.#open(lane, shares.expect(lane, even)));
    while (!this.isFull) {
      const first = earliest(runs, this.max - this.rows.length);
      if (first === undefined) break;
      this.#claimRow(first.run.lane, first.head);
      first.run.take();
    }
    shares.remember(runs);
    return this.rows.length - before;
  }

  #open(lane: Lane, count: number): LaneRun {
    const heads = this.#work.statements.hot("jobs/claimable-heads");
    return new LaneRun(lane, count, (limit) => {
      // So that the index begins behind what was taken.
      this.activate();
      return heads.all(lane.id, limit);
    });
  }

  /** Makes active what was taken. All at once: a statement a job takes 1.5 µs more. */
  activate(): void {
    if (this.#claimed.length === 0) return;
    const { worker, exchange } = this.#claimant;
    const sequences = JSON.stringify(this.#claimed);
    this.#work.statements.hot("jobs/activate").run(worker, exchange, this.#work.nowMs, this.#retainMs, sequences);
    this.#claimed = [];
  }

  #claimRow(lane: Lane, row: Row): boolean {
    const work = this.#work;
    const sequence = readNumber(row, 0);
    const id = readText(row, 1);
    const expiresAt = readOptionalNumber(row, 11);
    const node = readOptionalText(row, 12);
    if (expiresAt !== undefined && expiresAt <= work.nowMs) {
      finishExpired(work, { sequence, id, lane, state: "ready", node }, this.#retainMs);
      this.#expired += 1;
      return false;
    }
    this.#claimed.push(sequence);
    if (node === undefined) work.claimedLanes.remember(sequence, lane.id);
    work.moved(lane, id, "ready", "active");
    this.rows.push(row);
    return true;
  }
}

interface Head {
  readonly run: LaneRun;
  readonly head: Row;
}

/** The run whose next job comes first, by priority, then in push order. `wanted`: how many are still to be taken from all. */
function earliest(runs: readonly LaneRun[], wanted: number): Head | undefined {
  let first: Head | undefined;
  for (const run of runs) {
    const head = run.head(wanted);
    if (head !== undefined && (first === undefined || comesBefore(head, first.head))) first = { run, head };
  }
  return first;
}

function comesBefore(one: Row, other: Row): boolean {
  return (readNumber(one, 3) - readNumber(other, 3) || readNumber(other, 0) - readNumber(one, 0)) > 0;
}

function isEarly(row: Row): boolean {
  return readNumber(row, 6) === 1;
}

function findQuarantined(work: Work, request: ClaimRequest): Candidate[] {
  const rows = work.statements.hot("jobs/quarantined").all();
  if (rows.length === 0) return [];
  const eligible = new Set(work.lanes.eligible(request));
  return rows
    .map((row) => ({ lane: work.lanes.get(readNumber(row, 0)), priority: 0, sequence: readNumber(row, 1) }))
    .filter(({ lane }) => eligible.has(lane))
    .sort((left, right) => left.sequence - right.sequence);
}
