import type { JobFilter, JobSelection } from "../engine/index.ts";
import { OptionsInvalid } from "../kernel/errors.ts";
import type { FilterFlags } from "./shared-options.ts";

/** The engine's filter of `--task`, `--queue`, `--state` and `--workflow`. */
export function jobFilter({ task: tasks, queue: queues, state: states, workflow }: FilterFlags): JobFilter {
  return { tasks, queues, states, workflow };
}

/**
 * The jobs that a command shall change: by ids, or by filter.
 * @throws OptionsInvalid (`OPTIONS_INVALID`) for neither or both: "every job" must never be a slip of the hand.
 */
export function jobSelection(ids: readonly string[], flags: FilterFlags): JobSelection {
  const filtered = describeFilter(flags) !== "";
  if (filtered && ids.length > 0)
    throw new OptionsInvalid("Name jobs by ids or by --task, --queue, --state and --workflow, not by both.");
  if (filtered) return { filter: jobFilter(flags) };
  if (ids.length > 0) return { ids };
  throw new OptionsInvalid("Which jobs? Give ids, or choose them by --task, --queue, --state and --workflow.");
}

/** The filter in words: `state failed, task mail.send`. */
export function describeFilter({ task, queue, state, workflow }: FilterFlags): string {
  const parts = Object.entries({ state, task, queue, workflow: workflow === undefined ? undefined : [workflow] });
  return parts.flatMap(([name, values]) => (values === undefined ? [] : [`${name} ${values.join(" or ")}`])).join(", ");
}
