import type { Command } from "commander";
import { OptionsInvalid } from "../../kernel/errors.ts";
import { readInteger } from "../arguments.ts";
import { type ExitCode, exitCode } from "../exit-code.ts";
import { jobFilter } from "../job-filter.ts";
import { jobColumns, jobToJson } from "../job-view.ts";
import { printNote, printRows } from "../output.ts";
import { type GlobalFlags, withStore } from "../session.ts";
import { addExamples, addFilterOptions, type FilterFlags, type Finish } from "../shared-options.ts";

interface ListFlags extends GlobalFlags, FilterFlags {
  readonly limit: number;
  readonly after?: string;
}

const MAX_LIMIT = 10_000;

/** Adds `lovage jobs list`. */
export function addListCommand(jobs: Command, finish: Finish): void {
  const command = jobs
    .command("list")
    .summary("list jobs, newest first")
    .description("Lists jobs, newest first; with --json one document a line.");
  addFilterOptions(command)
    .option("--limit <number>", `how many, up to ${MAX_LIMIT}`, readInteger, 50)
    .option("--after <id>", "go on after this job, the last of the page before");
  addExamples(command, [
    ["lovage jobs list --state failed", "the dead letters"],
    ["lovage jobs list --task mail.send --json | jq .id", "for programs"],
  ]);
  command.action(async () => finish(await list(command.optsWithGlobals<ListFlags>())));
}

function list(flags: ListFlags): Promise<ExitCode> {
  const { limit, after } = flags;
  if (limit < 1 || limit > MAX_LIMIT) {
    throw new OptionsInvalid(
      `--limit is ${limit}, not a number from 1 to ${MAX_LIMIT}; go on from page to page by --after.`,
    );
  }
  return withStore(flags, async (app) => {
    const jobs = await app.engine.inspect.list({ filter: jobFilter(flags), cursor: after, limit });
    const columns = jobColumns(app.clock.now());
    printRows(flags, jobs, { toJson: jobToJson, columns, empty: "No jobs." });
    const last = jobs.at(-1);
    if (jobs.length === limit && last !== undefined) printNote(flags, `There may be more: --after ${last.id}`);
    return exitCode.ok;
  });
}
