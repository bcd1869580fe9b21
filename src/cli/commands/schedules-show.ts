import type { Command } from "commander";
import type { App } from "../../app/index.ts";
import { formatDuration } from "../../kernel/duration.ts";
import type { Schedule } from "../../schedule/index.ts";
import { readNameAmong } from "../arguments.ts";
import { type ExitCode, exitCode } from "../exit-code.ts";
import { distance, type ShownInput, showTaskInput } from "../job-view.ts";
import { printDocument } from "../output.ts";
import { orphanRemark, scheduleColours, scheduleToJson } from "../schedule-view.ts";
import { type ModuleFlags, withStore } from "../session.ts";
import { addExamples, addModuleOption, type Finish } from "../shared-options.ts";
import { formatFacts } from "../table.ts";
import { coloured } from "../text.ts";

interface ShowFlags extends ModuleFlags {
  readonly showInput?: boolean;
}

/** Adds `lovage schedules show`. */
export function addScheduleShowCommand(schedules: Command, finish: Finish): void {
  const command = schedules
    .command("show")
    .argument("<names...>", "schedules", readNameAmong)
    .summary("show all that is known of schedules, with their next five occurrences")
    .description(
      "Shows all that is known of schedules, with their next five occurrences. An input is shown as its task's `redact` allows, which needs --module; without it, only on demand.",
    )
    .option("--show-input", "show the stored input of a task that is not loaded, nothing redacted");
  addModuleOption(command, "where the task is defined, for its redact");
  addExamples(command, [["lovage schedules show backup.nightly", "when it runs next"]]);
  command.action(async (names: readonly string[]) => finish(await show(names, command.optsWithGlobals<ShowFlags>())));
}

function show(names: readonly string[], flags: ShowFlags): Promise<ExitCode> {
  return withStore(flags, async (app) => {
    for (const [index, name] of names.entries()) print(await app.schedules.get(name), app, flags, index);
    return exitCode.ok;
  });
}

function print(schedule: Schedule, app: App, flags: ShowFlags, index: number): void {
  const input = showTaskInput(schedule.task, schedule.input, app, flags.showInput === true);
  const inCode = flags.module !== undefined;
  const shown = input.kind === "hidden" ? { inputHidden: input.reason } : { input: input.value };
  printDocument(
    flags,
    { ...scheduleToJson(schedule, inCode), ...shown },
    () => (index === 0 ? "" : "\n") + describe(schedule, input, { nowMs: app.clock.now(), inCode }),
  );
}

interface Standpoint {
  readonly nowMs: number;
  readonly inCode: boolean;
}

function describe(schedule: Schedule, input: ShownInput, { nowMs, inCode }: Standpoint): string {
  const moment = (at: Date | undefined): string | undefined =>
    at === undefined ? undefined : `${at.toISOString()} (${distance(at.getTime(), nowMs)})`;
  const { last, upcoming, expiresMs, jitterMs, headers } = schedule;
  const facts = [
    ["schedule", schedule.name],
    ["task", schedule.task],
    ["when", schedule.when],
    ["next", upcoming.length === 0 ? undefined : upcoming.map(moment).join("\n")],
    ["last", last && `${moment(last.at)}, job ${last.jobId}`],
    ["waiting", moment(schedule.waiting)],
    ["policies", `missed ${schedule.missed}, overlap ${schedule.overlap}`],
    ["jitter", jitterMs === 0 ? undefined : formatDuration(jitterMs)],
    ["start", moment(schedule.start)],
    ["end", moment(schedule.end)],
    ["queue", `${schedule.queue}, priority ${schedule.priority}`],
    ["expires", expiresMs === undefined ? undefined : `${formatDuration(expiresMs)} after it was due`],
    ["headers", Object.keys(headers).length === 0 ? undefined : JSON.stringify(headers)],
    ["input", input.kind === "hidden" ? `hidden: ${input.reason}` : JSON.stringify(input.value, undefined, 2)],
    ["origin", [schedule.origin, ...orphanRemark(schedule, inCode)].join(", ")],
    ["created", moment(schedule.createdAt)],
  ] as const;
  return formatFacts(facts, coloured(scheduleColours[schedule.state], schedule.state));
}
