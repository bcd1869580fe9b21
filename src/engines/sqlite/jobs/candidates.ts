import { Heap } from "../../../kernel/heap.ts";
import { type Row, readNumber } from "../database/row.ts";
import type { Statements } from "../database/statements.ts";
import type { Lane } from "../lanes/lane.ts";

/** A ready job by its place in the order of claims. */
export interface Candidate {
  readonly lane: Lane;
  readonly priority: number;
  readonly sequence: number;
}

interface Cursor {
  readonly lane: Lane;
  head: Candidate;
  /** Read ahead, in order, behind the head. */
  buffer: readonly Row[];
  position: number;
}

/** The ready jobs of several lanes, priority first, then push order. It reads little more than it hands out. */
export class CandidatesByPriority {
  readonly #statements: Statements;
  readonly #readAhead: number;
  readonly #cursors: Heap<Cursor> = new Heap((left, right) => byPriority(left.head, right.head));

  constructor(statements: Statements, lanes: readonly Lane[], max: number) {
    this.#statements = statements;
    // The share of each lane if all were alike; one that has more of what comes next is read again.
    this.#readAhead = Math.max(4, Math.ceil(max / Math.max(1, lanes.length)));
    for (const lane of lanes) this.#open(lane);
  }

  next(): Candidate | undefined {
    const cursor = this.#cursors.peek();
    if (cursor === undefined) return undefined;
    const candidate = cursor.head;
    this.#cursors.remove(cursor);
    if (this.#advance(cursor)) this.#cursors.add(cursor);
    return candidate;
  }

  #open(lane: Lane): void {
    const rows = this.#statements.hot("jobs/ready-heads").all(lane.id, this.#readAhead);
    const first = rows[0];
    if (first !== undefined) this.#cursors.add({ lane, head: toCandidate(lane, first), buffer: rows, position: 1 });
  }

  #advance(cursor: Cursor): boolean {
    const { lane, head } = cursor;
    if (cursor.position === cursor.buffer.length) {
      cursor.buffer = this.#readBehind(head);
      cursor.position = 0;
    }
    const row = cursor.buffer[cursor.position];
    if (row === undefined) return false;
    cursor.position += 1;
    cursor.head = toCandidate(lane, row);
    return true;
  }

  #readBehind({ lane, priority, sequence }: Candidate): readonly Row[] {
    const rows = this.#statements.hot("jobs/ready-after").all(lane.id, priority, sequence, this.#readAhead);
    return rows.length > 0 ? rows : this.#statements.hot("jobs/ready-below").all(lane.id, priority, this.#readAhead);
  }
}

/** The ready jobs of several lanes in push order, whatever their priority, by the head of each priority. */
export class CandidatesByAge {
  readonly #statements: Statements;
  readonly #heads: Heap<{ candidate: Candidate }> = new Heap(
    (left, right) => left.candidate.sequence - right.candidate.sequence,
  );

  constructor(statements: Statements, lanes: readonly Lane[]) {
    this.#statements = statements;
    for (const lane of lanes) this.#open(lane);
  }

  next(): Candidate | undefined {
    const head = this.#heads.peek();
    if (head === undefined) return undefined;
    const { lane, priority, sequence } = head.candidate;
    this.#heads.remove(head);
    const [behind] = this.#statements.hot("jobs/ready-after").all(lane.id, priority, sequence, 1);
    if (behind !== undefined) this.#heads.add({ candidate: toCandidate(lane, behind) });
    return head.candidate;
  }

  #open(lane: Lane): void {
    let [row] = this.#statements.hot("jobs/ready-heads").all(lane.id, 1);
    while (row !== undefined) {
      const candidate = toCandidate(lane, row);
      this.#heads.add({ candidate });
      [row] = this.#statements.hot("jobs/ready-below").all(lane.id, candidate.priority, 1);
    }
  }
}

/** Whether all ready jobs of these lanes have one priority, so that the order of claims is the order of pushes. */
export function haveOnePriority(statements: Statements, lanes: readonly Lane[]): boolean {
  const priorities = new Set<number>();
  for (const { id } of lanes) {
    const [highest] = statements.hot("jobs/ready-heads").all(id, 1);
    const lowest = statements.hot("jobs/lowest-ready").get(id);
    if (highest !== undefined) priorities.add(readNumber(highest, 0));
    if (lowest !== undefined) priorities.add(readNumber(lowest, 0));
  }
  return priorities.size <= 1;
}

function byPriority(left: Candidate, right: Candidate): number {
  return right.priority - left.priority || left.sequence - right.sequence;
}

function toCandidate(lane: Lane, row: Row): Candidate {
  return { lane, priority: readNumber(row, 0), sequence: readNumber(row, 1) };
}
