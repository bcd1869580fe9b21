import type { Command } from "commander";
import type { App } from "../../app/index.ts";
import type { BulkReply, BulkRequest } from "../../engine/index.ts";
import type { JobRecord } from "../../kernel/job.ts";
import { retryRefusal } from "../../tasks/index.ts";
import { confirm } from "../confirm.ts";
import { type ExitCode, exitCode } from "../exit-code.ts";
import { describeFilter, jobSelection } from "../job-filter.ts";
import { printDocument, printNote } from "../output.ts";
import { type GlobalFlags, withStore } from "../session.ts";
import { addExamples, addFilterOptions, type FilterFlags, type Finish } from "../shared-options.ts";
import { counted, printable } from "../text.ts";

interface ChangeFlags extends GlobalFlags, FilterFlags {
  readonly dryRun?: boolean;
  readonly yes?: boolean;
  readonly reason?: string;
}

/** One way to change jobs. */
interface Change {
  readonly verb: "retry" | "revoke" | "remove";
  readonly past: string;
  readonly summary: string;
  readonly description: string;
  /** Why a job that is there cannot be changed so. */
  readonly wrongState: (record: JobRecord | undefined) => string;
  /** Whether what is done by a filter is asked about first. */
  readonly destructive: boolean;
  readonly apply: (app: App, request: BulkRequest, flags: ChangeFlags) => Promise<BulkReply>;
}

const changes: readonly Change[] = [
  {
    verb: "retry",
    past: "retried",
    summary: "run failed or revoked jobs again",
    description: "Makes failed or revoked jobs ready again, under the same ids, their failures forgotten.",
    wrongState: retryRefusal,
    destructive: false,
    apply: (app, request) => app.engine.inspect.retry(request),
  },
  {
    verb: "revoke",
    past: "revoked",
    summary: "end jobs without their being done",
    description:
      "Ends unfinished jobs as revoked. A running one is asked to stop, and ends as revoked unless it succeeds first.",
    wrongState: () => "it has ended",
    destructive: true,
    apply: (app, request, { reason = "revoked from the command line" }) =>
      app.engine.inspect.revoke({
        ...request,
        reason,
        retainMs: app.settings.jobDefaults.retention.revokedMs,
      }),
  },
  {
    verb: "remove",
    past: "removed",
    summary: "remove jobs and their results",
    description: "Removes jobs and their results. A running job is not removed: revoke it first.",
    wrongState: () => "it runs; revoke it first",
    destructive: true,
    apply: (app, request) => app.engine.inspect.remove(request),
  },
];

/** Adds `lovage jobs retry`, `revoke` and `remove`. */
export function addChangeCommands(jobs: Command, finish: Finish): void {
  for (const change of changes) addChangeCommand(jobs, finish, change);
}

function addChangeCommand(jobs: Command, finish: Finish, change: Change): void {
  const { verb, summary, description, destructive } = change;
  const command = jobs
    .command(`${verb} [ids...]`)
    .summary(summary)
    .description(`${description} Jobs are named by ids, or chosen by --task, --queue, --state and --workflow.`);
  addFilterOptions(command).option("--dry-run", "only say how many it would be");
  if (destructive) command.option("--yes", "do not ask; needed for a filter where there is no terminal");
  if (verb === "revoke") command.option("--reason <text>", "kept with the jobs");
  addExamples(command, [
    [`lovage jobs ${verb} 01990f3e-…`, "one job"],
    [`lovage jobs ${verb} --task mail.send --dry-run`, "how many would it be?"],
  ]);
  command.action(async (ids: readonly string[]) => {
    finish(await changeJobs(change, ids, command.optsWithGlobals<ChangeFlags>()));
  });
}

function changeJobs(change: Change, ids: readonly string[], flags: ChangeFlags): Promise<ExitCode> {
  const selection = jobSelection(ids, flags);
  const dryRun = flags.dryRun === true;
  return withStore(flags, async (app) => {
    if (change.destructive && "filter" in selection && !dryRun && flags.yes !== true) {
      const { changed } = await change.apply(app, { selection, dryRun: true }, flags);
      if (changed > 0 && !(await confirm(`${change.verb} ${counted(changed, "job")} (${describeFilter(flags)})?`))) {
        printNote(flags, "Nothing was done.");
        return exitCode.error;
      }
    }
    const reply = await change.apply(app, { selection, dryRun }, flags);
    return report(change, reply, await app.engine.inspect.get(reply.skipped.map(({ id }) => id)), flags);
  });
}

function report(
  change: Change,
  { changed, skipped }: BulkReply,
  records: readonly (JobRecord | undefined)[],
  flags: ChangeFlags,
): ExitCode {
  const dryRun = flags.dryRun === true;
  const done = dryRun ? `would be ${change.past}` : change.past;
  printDocument(
    flags,
    { operation: change.verb, dryRun, changed, skipped: skipped.map(({ id, reason }) => ({ id, reason })) },
    () => `${counted(changed, "job")} ${done}`,
  );
  for (const [index, { id, reason }] of skipped.entries()) {
    printNote(flags, `${printable(id)}: ${reason === "not-found" ? "not there" : change.wrongState(records[index])}`);
  }
  if (skipped.some(({ reason }) => reason === "not-found")) return exitCode.notFound;
  if (skipped.length > 0) return exitCode.error;
  return changed === 0 ? exitCode.notFound : exitCode.ok;
}
