import { OptionsInvalid } from "../../kernel/errors.ts";
import { newId } from "../../kernel/id.ts";
import type { NewJob } from "../../kernel/job.ts";
import { checkInputs } from "../schema.ts";
import type { TaskSource } from "../source.ts";
import { type Composition, callsOf, firstCallOf, requireFitting } from "./part.ts";
import { planWorkflow, type WorkflowPlan } from "./plan.ts";

/** Pushes every job of a composition in one commit; the id is that of the job that it ends with. */
export async function pushWorkflow(
  composition: Composition,
  input: unknown,
  transaction: unknown,
): Promise<{ readonly id: string; readonly source: TaskSource }> {
  const source = sourceOf(composition);
  const id = newId(source.clock.now());
  const plan = planWorkflow(composition, { id, workflow: id, links: [], input });
  await checkAll(plan);
  await source.pusher.push(alone(plan.jobs), transaction);
  return { id, source };
}

/** Asks the schemas of those tasks whose whole input is known. */
async function checkAll({ inputs }: WorkflowPlan): Promise<void> {
  for (const { call, input } of inputs) {
    await checkInputs(call.task, call.mapped && Array.isArray(input) ? input : [input]);
  }
}

/**
 * The app whose tasks a composition is made of.
 * @throws OptionsInvalid (`OPTIONS_INVALID`) where there is none, or more than one; and for what is too large to be pushed.
 */
export function sourceOf(composition: Composition): TaskSource {
  requireFitting(composition);
  const first = firstCallOf(composition);
  const stranger = callsOf(composition).find(({ source }) => source !== first.source);
  if (stranger === undefined) return first.source;
  throw new OptionsInvalid(
    `Tasks "${first.task.name}" and "${stranger.task.name}" are of two apps, whose jobs cannot wait for each other: register both in one.`,
  );
}

/** One job that nobody waits for is no workflow. */
function alone(jobs: readonly NewJob[]): readonly NewJob[] {
  const [only, ...others] = jobs;
  return only === undefined || others.length > 0 ? jobs : [{ ...only, node: undefined }];
}
