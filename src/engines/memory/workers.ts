import type { WorkerDescription } from "../../engine/liveness.ts";

/** A worker process and its lease. */
export interface WorkerEntry {
  readonly description: WorkerDescription;
  readonly startedAt: number;
  readonly leaseMs: number;
  readonly leaseUntil: number;
  /** Since when the lease was renewed without a gap. */
  readonly steadySince: number;
}

/** Which workers are registered. */
export class Workers {
  readonly #entries = new Map<string, WorkerEntry>();

  all(): readonly WorkerEntry[] {
    return [...this.#entries.values()];
  }

  has(id: string): boolean {
    return this.#entries.has(id);
  }

  register(description: WorkerDescription, leaseMs: number, now: number): void {
    const known = this.#entries.get(description.id);
    const entry = { description, startedAt: known?.startedAt ?? now, leaseMs, leaseUntil: now + leaseMs };
    this.#entries.set(description.id, { ...entry, steadySince: steadySince(known, now) });
  }

  /** Says whether the worker was known. */
  renew(id: string, leaseMs: number, now: number): boolean {
    const entry = this.#entries.get(id);
    if (entry === undefined) return false;
    this.#entries.set(id, { ...entry, leaseMs, leaseUntil: now + leaseMs, steadySince: steadySince(entry, now) });
    return true;
  }

  remove(id: string): void {
    this.#entries.delete(id);
  }

  /** Whether its lease runs, and has run without a gap for one full lease. */
  isSteady(id: string, now: number): boolean {
    const entry = this.#entries.get(id);
    return entry !== undefined && !hasLapsed(entry, now) && now - entry.steadySince >= entry.leaseMs;
  }

  lapsed(now: number): readonly WorkerEntry[] {
    return this.all().filter((entry) => hasLapsed(entry, now));
  }
}

function hasLapsed(entry: WorkerEntry, now: number): boolean {
  return now >= entry.leaseUntil;
}

function steadySince(entry: WorkerEntry | undefined, now: number): number {
  return entry === undefined || hasLapsed(entry, now) ? now : entry.steadySince;
}
