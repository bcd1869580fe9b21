import type { Command } from "commander";
import type { JobSnapshot, JobTree } from "../../tasks/index.ts";
import { type ExitCode, exitCode } from "../exit-code.ts";
import { stateColours } from "../job-view.ts";
import { type JsonObject, printDocument } from "../output.ts";
import { type GlobalFlags, withStore } from "../session.ts";
import { addExamples, type Finish } from "../shared-options.ts";
import { clip, coloured, printable } from "../text.ts";

/** Adds `lovage jobs tree`. */
export function addTreeCommand(jobs: Command, finish: Finish): void {
  const command = jobs
    .command("tree <id>")
    .summary("show a workflow as a tree of who waits for whom")
    .description(
      "Shows a job, those it waits for, and what these wait for: of a workflow's result the whole workflow. The error stands at the step that failed, and not at those that ended because of it. What runs after a job without its being waited for, by link and linkError, stands behind an arrow.",
    );
  addExamples(command, [["lovage jobs tree 01990f3e-…", "who waits for whom"]]);
  command.action(async (id: string) => finish(await show(id, command.optsWithGlobals<GlobalFlags>())));
}

function show(id: string, flags: GlobalFlags): Promise<ExitCode> {
  return withStore(flags, async (app) => {
    const tree = await app.result(id).tree();
    printDocument(flags, flags.json === true ? toJson(tree) : id, () => draw(tree).join("\n"));
    return exitCode.ok;
  });
}

function toJson({ job, children, callbacks }: JobTree): JsonObject {
  const { id, task, state } = job;
  return { id, task, state, error: ownError(job), children: children.map(toJson), callbacks: callbacks.map(toJson) };
}

/** Why the job failed, where it failed itself: those that ended because of it would only say the same. */
function ownError(job: JobSnapshot<unknown>): string | undefined {
  if (job.state !== "failed" || job.error.details.upstream !== undefined) return undefined;
  return String(job.error.cause);
}

/** One line a job, those below it indented. Not by recursion: a chain may be thousands of steps deep. */
function draw(root: JobTree): string[] {
  const lines: string[] = [];
  const left = [{ tree: root, depth: 0, mark: "" }];
  for (let one = left.pop(); one !== undefined; one = left.pop()) {
    const { tree, depth, mark } = one;
    lines.push(`${"  ".repeat(depth)}${mark}${describe(tree.job)}`);
    const below = [
      ...tree.children.map((child) => ({ tree: child, depth: depth + 1, mark: "" })),
      ...tree.callbacks.map((callback) => ({ tree: callback, depth: depth + 1, mark: "→ " })),
    ];
    left.push(...below.toReversed());
  }
  return lines;
}

function describe(job: JobSnapshot<unknown>): string {
  const state = coloured(stateColours[job.state], job.state);
  const error = ownError(job);
  const why = error === undefined ? "" : `  ${printable(clip(error, 60))}`;
  return `${printable(job.task)}  ${state}  ${coloured("dim", job.id)}${why}`;
}
