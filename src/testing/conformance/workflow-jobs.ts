import assert from "node:assert/strict";
import type { JobSelection } from "../../engine/inspect.ts";
import { newId, newIdBeside } from "../../kernel/id.ts";
import type { Link, LinkCondition, NewJob, WorkflowNode } from "../../kernel/job.ts";
import { newJob, type Trial } from "./trial.ts";
import { QUEUE, RETAIN_MS } from "./worker.ts";

export function revoke(trial: Trial, selection: JobSelection): Promise<unknown> {
  const asked = { reason: "not needed", retainMs: RETAIN_MS, dryRun: false };
  return trial.engine.inspect.revoke({ selection, ...asked });
}

export async function retry(trial: Trial, id: string): Promise<void> {
  const reply = await trial.engine.inspect.retry({ selection: { ids: [id] }, dryRun: false });
  assert.deepEqual(reply, { changed: 1, skipped: [] });
}

export function node(workflow: string, slots: number, links: readonly Link[] = []): WorkflowNode {
  return { workflow, slots, links };
}

export function link(to: string, on: LinkCondition, slot: number = 0): Link {
  return { to, slot, on };
}

/** Jobs that fill the slots of one that waits for them all. */
export async function pushChord(
  trial: Trial,
  size: number,
  more: Partial<NewJob> = {},
  on: LinkCondition = "success",
): Promise<{ body: string; header: readonly string[] }> {
  const body = newId();
  const header = Array.from({ length: size }, () => newIdBeside(body));
  await trial.push(
    { id: body, node: node(body, size), ...more },
    ...header.map((id, slot) => ({ id, node: node(body, 0, [link(body, on, slot)]) })),
  );
  return { body, header };
}

/**
 * Jobs of which each waits for the one before. `first`: what the first one is besides; `others`: what the others are;
 * `behind`: links of the last one, to jobs with one slot, which are pushed as well.
 */
export async function pushChain(
  trial: Trial,
  length: number,
  on: LinkCondition = "success",
  first: Partial<NewJob> = {},
  behind: (rescue: string) => readonly Link[] = () => [],
  others: Partial<NewJob> = {},
): Promise<readonly [string, string, string, ...string[]]> {
  const workflow = newId();
  const ids = [workflow, ...Array.from({ length: length - 1 }, () => newIdBeside(workflow))];
  const rescue = newIdBeside(workflow);
  const more = behind(rescue);
  const jobs = ids.map((id, index): Partial<NewJob> => {
    const next = ids[index + 1];
    const links = next === undefined ? more : [link(next, on)];
    const { queue = QUEUE } = first;
    return { id, queue, ...(index === 0 ? first : others), node: node(workflow, index === 0 ? 0 : 1, links) };
  });
  await trial.push(...jobs, ...more.map(({ to }) => ({ id: to, node: node(workflow, 1) })));
  return [ids[0] ?? "", ids[1] ?? "", ids[2] ?? "", ...ids.slice(3)];
}

export function pushEffect(job: Partial<NewJob>): { kind: "push"; job: NewJob } {
  return { kind: "push", job: newJob(job) };
}

export function missing(what: string): never {
  throw new assert.AssertionError({ message: `${what} is missing` });
}
