import assert from "node:assert/strict";
import fastCheck from "fast-check";
import type { BulkRequest, Engine } from "../../../src/engine/index.ts";
import { newId } from "../../../src/kernel/id.ts";
import type { ClaimedJob, JobRecord, Link, LinkCondition, NewJob, Outcome } from "../../../src/kernel/job.ts";
import { claimRequest, newJob } from "./setup.ts";

const retainMs = 60_000;

const outcomes: readonly Outcome[] = [
  { kind: "succeeded", result: "7", retainMs },
  { kind: "succeeded", result: undefined, retainMs },
  { kind: "failed", error: { name: "Error", message: "503" }, retainMs },
  { kind: "failed", error: { name: "Error", message: "504" }, retainMs },
  { kind: "revoked", by: "handler", reason: "gone", retainMs },
  { kind: "released" },
  { kind: "replaced", slot: 0 },
];
const conditions: readonly LinkCondition[] = ["success", "success", "success", "failure", "end"];
const moves = ["settle", "settle", "settle", "revoke", "revokeReady", "retry", "retry", "tryAll", "remove"] as const;

/** One move; the number chooses among what is there when its turn comes. */
export interface WorkflowStep {
  readonly move: (typeof moves)[number];
  readonly pick: number;
}

export const workflowSteps: fastCheck.Arbitrary<WorkflowStep[]> = fastCheck.array(
  fastCheck.record({ move: fastCheck.constantFrom(...moves), pick: fastCheck.nat({ max: 10_000 }) }),
  { minLength: 5, maxLength: 40, size: "max" },
);

/** For each job of a workflow a number that says to whom it is linked. */
export const workflowShapes: fastCheck.Arbitrary<number[]> = fastCheck.array(fastCheck.nat({ max: 100_000 }), {
  minLength: 2,
  maxLength: 9,
});

/** Jobs of one workflow, each linked to some of those behind it, with a slot for every link. */
export function workflowOf(shape: readonly number[]): readonly NewJob[] {
  const nodes = shape.map(() => ({ id: newId(), slots: 0, links: [] as Link[] }));
  for (const [index, node] of nodes.entries()) {
    const choice = shape[index] ?? 0;
    for (const [behind, target] of nodes.slice(index + 1).entries()) {
      if ((choice >> behind) % 3 !== 0) continue;
      node.links.push({ to: target.id, slot: target.slots, on: conditions[(choice + behind) % 5] ?? "success" });
      target.slots += 1;
    }
  }
  const workflow = nodes[0]?.id ?? "";
  return nodes.map(({ id, slots, links }) => newJob({ id, node: { workflow, slots, links } }));
}

/** Does the same to two engines, and fails where they answer differently. A worker `w` is registered with both. */
export class WorkflowWalk {
  readonly #engines: readonly [Engine, Engine];
  readonly #ids: readonly string[];
  readonly #workflow: string;
  #exchanges = 0;

  constructor(engines: readonly [Engine, Engine], jobs: readonly NewJob[]) {
    this.#engines = engines;
    this.#ids = jobs.map(({ id }) => id);
    this.#workflow = this.#ids[0] ?? "";
  }

  async run(steps: readonly WorkflowStep[]): Promise<void> {
    for (const step of steps) {
      await this.#take(step);
      await this.#same(async ({ inspect }) => (await inspect.get(this.#ids)).map(standing));
    }
  }

  #take({ move, pick }: WorkflowStep): Promise<void> {
    const one = { ids: [this.#ids[pick % this.#ids.length] ?? ""] };
    const ofWorkflow = { workflow: this.#workflow };
    switch (move) {
      case "settle":
        return this.#settle(outcomes[pick % outcomes.length]);
      case "revoke":
        return this.#change("revoke", { selection: one, dryRun: false });
      case "revokeReady":
        return this.#change("revoke", { selection: { filter: { ...ofWorkflow, states: ["ready"] } }, dryRun: false });
      case "retry":
        return this.#change("retry", { selection: one, dryRun: false });
      case "tryAll":
        // To whom it comes first an engine is free to choose; how many it could take it is not.
        return this.#change("retry", { selection: { filter: pick % 2 === 0 ? {} : ofWorkflow }, dryRun: true });
      case "remove":
        return this.#change("remove", { selection: pick % 4 === 0 ? one : { ids: [] }, dryRun: false });
    }
  }

  #change(action: "revoke" | "retry" | "remove", request: BulkRequest): Promise<void> {
    const asked = { ...request, reason: "not needed", retainMs };
    return this.#same(({ inspect }) => inspect[action](asked));
  }

  /** Claims a job and ends the claim. */
  #settle(outcome: Outcome | undefined): Promise<void> {
    const substitute = newId();
    this.#exchanges += 2;
    return this.#same(async (engine) => {
      const request = { worker: "w", exchange: this.#exchanges, settlements: [], claim: claimRequest({ max: 1 }) };
      const [job] = (await engine.jobs.exchange(request)).claimed;
      if (job === undefined || outcome === undefined) return undefined;
      const settlements = [this.#settlementOf(job, outcome, substitute)];
      const reply = await engine.jobs.exchange({
        ...request,
        exchange: this.#exchanges + 1,
        settlements,
        claim: undefined,
      });
      return { id: job.id, node: job.node, filled: job.filled, settled: reply.settled };
    });
  }

  #settlementOf({ id, fence, receipt }: ClaimedJob, outcome: Outcome, substitute: string) {
    if (outcome.kind !== "replaced") return { id, fence, receipt, outcome, effects: [] };
    // A slot that none of its other claims has asked for.
    const slot = 10 + fence;
    const node = { workflow: this.#workflow, slots: 0, links: [{ to: id, slot, on: "success" } as const] };
    const effect = { kind: "push", job: newJob({ id: substitute, node }) } as const;
    return { id, fence, receipt, outcome: { ...outcome, slot }, effects: [effect] };
  }

  async #same(question: (engine: Engine) => Promise<unknown>): Promise<void> {
    const [one, other] = this.#engines;
    assert.deepEqual(await question(other), await question(one));
  }
}

/** What must be the same. The error of an attempt before is kept by some ends and not by others. */
function standing(record: JobRecord | undefined): unknown {
  if (record === undefined) return undefined;
  const { id, state, failures, result, node, upstream } = record;
  const error = state === "failed" ? record.error : undefined;
  const revocation = state === "revoked" ? record.revocation : undefined;
  return { id, state, failures, result, error, revocation, node, upstream };
}
