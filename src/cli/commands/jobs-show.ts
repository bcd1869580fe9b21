import type { Command } from "commander";
import type { App } from "../../app/index.ts";
import type { JobRecord } from "../../kernel/job.ts";
import type { Json } from "../../kernel/json.ts";
import { jobNotFound } from "../../tasks/index.ts";
import { type ExitCode, exitCode } from "../exit-code.ts";
import { decode, distance, jobDetailToJson, type ShownInput, showInput, stateColours } from "../job-view.ts";
import { printDocument } from "../output.ts";
import { type ModuleFlags, withStore } from "../session.ts";
import { addExamples, addModuleOption, type Finish } from "../shared-options.ts";
import { formatFacts } from "../table.ts";
import { coloured, counted } from "../text.ts";

interface ShowFlags extends ModuleFlags {
  readonly showInput?: boolean;
}

/** Adds `lovage jobs show`. */
export function addShowCommand(jobs: Command, finish: Finish): void {
  const command = jobs
    .command("show <ids...>")
    .summary("show all that is known of jobs")
    .description(
      "Shows all that is known of jobs. An input is shown as its task's `redact` allows, which needs --module; without it, only on demand.",
    )
    .option("--show-input", "show the stored input of a task that is not loaded, nothing redacted");
  addModuleOption(command, "where the task is defined, for its redact");
  addExamples(command, [["lovage jobs show 01990f3e-… --module src/tasks.ts", "with its input"]]);
  command.action(async (ids: readonly string[]) => finish(await show(ids, command.optsWithGlobals<ShowFlags>())));
}

function show(ids: readonly string[], flags: ShowFlags): Promise<ExitCode> {
  return withStore(flags, async (app) => {
    const found = await app.engine.inspect.get(ids);
    const missing = ids.filter((_id, index) => found[index] === undefined);
    const jobs = found.filter((job) => job !== undefined);
    for (const [index, job] of jobs.entries()) printJob(job, app, flags, index);
    const [first, ...others] = missing;
    if (first === undefined) return exitCode.ok;
    throw jobNotFound(first, ...others);
  });
}

function printJob(job: JobRecord, app: App, flags: ShowFlags, index: number): void {
  const input = showInput(job, app, flags.showInput === true);
  const nowMs = app.clock.now();
  printDocument(flags, jobDetailToJson(job, input), () => (index === 0 ? "" : "\n") + describeJob(job, input, nowMs));
}

function describeJob(job: JobRecord, input: ShownInput, nowMs: number): string {
  const moment = (atMs: number | undefined): string | undefined =>
    atMs === undefined ? undefined : `${new Date(atMs).toISOString()} (${distance(atMs, nowMs)})`;
  const facts = [
    ["job", job.id],
    ["task", job.task],
    ["queue", `${job.queue}, priority ${job.priority}, ack ${job.ack}`],
    ["key", job.key],
    ["workflow", job.node?.workflow],
    ["waits for", job.node === undefined || job.node.slots === 0 ? undefined : counted(job.node.slots, "other job")],
    ["awaited by", job.node?.links.map(({ to, on }) => `${to} (${on})`).join("\n") || undefined],
    ["ended by", job.upstream],
    ["failures", job.failures === 0 ? undefined : String(job.failures)],
    ["crashes", job.crashes === 0 ? undefined : String(job.crashes)],
    ["worker", job.worker],
    ["created", moment(job.createdAt)],
    ["due", job.state === "scheduled" ? moment(job.dueAt) : undefined],
    ["expires", moment(job.expiresAt)],
    ["started", moment(job.startedAt)],
    ["finished", moment(job.finishedAt)],
    ["headers", job.headers === undefined ? undefined : JSON.stringify(job.headers)],
    ["input", input.kind === "hidden" ? `hidden: ${input.reason}` : text(input.value)],
    ["progress", text(decode(job.progress))],
    ["result", text(decode(job.result))],
    ["revocation", job.revocation === undefined ? undefined : `by ${job.revocation.by}: ${job.revocation.reason}`],
    ["error", job.error === undefined ? undefined : (job.error.stack ?? `${job.error.name}: ${job.error.message}`)],
  ] as const;
  return formatFacts(facts, coloured(stateColours[job.state], job.state));
}

function text(value: Json | undefined): string | undefined {
  return value === undefined ? undefined : JSON.stringify(value, undefined, 2);
}
