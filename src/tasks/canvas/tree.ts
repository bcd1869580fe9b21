import type { Engine } from "../../engine/index.ts";
import type { JobRecord } from "../../kernel/job.ts";
import { type JobSnapshot, toSnapshot } from "../snapshot.ts";

const PAGE = 500;

/** A job of a workflow, with those it waits for. One that several wait for is spelled out under the first of them. */
export interface JobTree {
  readonly job: JobSnapshot<unknown>;
  /** The jobs whose outcomes it waits for, by slot. */
  readonly children: readonly JobTree[];
  /** The jobs that run after it without its being waited for: those of `link` and `linkError`. */
  readonly callbacks: readonly JobTree[];
}

/** The jobs of a workflow, in no order. */
export async function readWorkflow(engine: Engine, workflow: string): Promise<readonly JobRecord[]> {
  const records: JobRecord[] = [];
  let page: readonly JobRecord[];
  do {
    page = await engine.inspect.list({ filter: { workflow }, cursor: records.at(-1)?.id, limit: PAGE });
    records.push(...page);
  } while (page.length === PAGE);
  return records;
}

/** Puts jobs into the order of who waits for whom. */
export function treeOf(root: JobRecord, records: readonly JobRecord[]): JobTree {
  return new Forest(records).treeOf(root);
}

/** Those that the job waits for, by slot. */
export function childrenOf(id: string, records: readonly JobRecord[]): readonly JobRecord[] {
  return new Forest(records).childrenOf(id);
}

class Forest {
  readonly #byId: ReadonlyMap<string, JobRecord>;
  /** By the id of the job that waits. */
  readonly #children = new Map<string, { readonly slot: number; readonly record: JobRecord }[]>();

  constructor(records: readonly JobRecord[]) {
    this.#byId = new Map(records.map((record) => [record.id, record]));
    for (const record of records) {
      for (const { to, slot } of record.node?.links ?? []) {
        const children = this.#children.get(to) ?? [];
        children.push({ slot, record });
        this.#children.set(to, children);
      }
    }
  }

  childrenOf(id: string): readonly JobRecord[] {
    const children = this.#children.get(id) ?? [];
    return children.toSorted((one, other) => one.slot - other.slot).map(({ record }) => record);
  }

  treeOf(root: JobRecord): JobTree {
    const awaited = this.#awaitedBy(root);
    const spelledOut = new Set<string>();
    const tree = branchOf(root);
    // Not by recursion: a chain may have 10,000 steps.
    const left = [tree];
    for (let branch = left.pop(); branch !== undefined; branch = left.pop()) {
      if (spelledOut.has(branch.job.id)) continue;
      spelledOut.add(branch.job.id);
      this.#spellOut(branch, awaited);
      left.push(...[...branch.children, ...branch.callbacks].reverse());
    }
    return tree;
  }

  /** The root and all that it waits for, however far behind. */
  #awaitedBy(root: JobRecord): ReadonlySet<string> {
    const awaited = new Set([root.id]);
    for (const id of awaited) for (const child of this.childrenOf(id)) awaited.add(child.id);
    return awaited;
  }

  #spellOut({ job, children, callbacks }: Branch, awaited: ReadonlySet<string>): void {
    if (awaited.has(job.id)) children.push(...this.childrenOf(job.id).map(branchOf));
    const followers = (this.#byId.get(job.id)?.node?.links ?? []).flatMap(({ to }) => this.#byId.get(to) ?? []);
    callbacks.push(...followers.filter(({ id }) => !awaited.has(id)).map(branchOf));
  }
}

/** A tree that grows. */
interface Branch extends JobTree {
  readonly children: Branch[];
  readonly callbacks: Branch[];
}

function branchOf(record: JobRecord): Branch {
  return { job: toSnapshot(record), children: [], callbacks: [] };
}
