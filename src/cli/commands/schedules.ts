import type { Command } from "commander";
import type { App } from "../../app/index.ts";
import { readNameAmong } from "../arguments.ts";
import { type ExitCode, exitCode } from "../exit-code.ts";
import { type JsonObject, printDocument, printRows } from "../output.ts";
import { scheduleColumns, scheduleToJson } from "../schedule-view.ts";
import { type GlobalFlags, type ModuleFlags, withStore } from "../session.ts";
import { addExamples, addModuleOption, type Finish } from "../shared-options.ts";
import { printable } from "../text.ts";
import { addScheduleShowCommand } from "./schedules-show.ts";

/** One way to steer schedules. */
interface Steering {
  readonly verb: string;
  readonly summary: string;
  readonly description: string;
  /** Does it, and says in JSON and in words what was done. */
  readonly apply: (app: App, name: string) => Promise<{ readonly document: JsonObject; readonly text: string }>;
}

const steerings: readonly Steering[] = [
  {
    verb: "pause",
    summary: "stop schedules until they are resumed",
    description: "Stops schedules until they are resumed. It lasts, through restarts of everything.",
    async apply(app, name) {
      await app.schedules.pause(name);
      return { document: {}, text: `paused ${printable(name)}` };
    },
  },
  {
    verb: "resume",
    summary: "let paused schedules go on",
    description: "Lets paused schedules go on, from now: what would have happened meanwhile was not missed.",
    async apply(app, name) {
      const next = (await app.schedules.resume(name)).upcoming[0]?.toISOString();
      return { document: { next }, text: `resumed ${printable(name)}${next === undefined ? "" : `, next ${next}`}` };
    },
  },
  {
    verb: "trigger",
    summary: "push a job of schedules now",
    description: "Pushes a job of schedules now, beside their plan, which stays as it is; also of paused ones.",
    async apply(app, name) {
      const { id } = await app.schedules.trigger(name);
      return { document: { id }, text: `created ${id} of ${printable(name)}` };
    },
  },
  {
    verb: "remove",
    summary: "remove schedules",
    description:
      "Removes schedules. Jobs that they have pushed stay. One that the code of a worker defines is made anew when that worker starts again: remove it there first.",
    async apply(app, name) {
      await app.schedules.remove(name);
      return { document: {}, text: `removed ${printable(name)}` };
    },
  },
];

/** Adds `lovage schedules` with its commands. */
export function addSchedulesCommand(program: Command, finish: Finish): void {
  const schedules = program
    .command("schedules")
    .summary("look at schedules and steer them")
    .description("Looks at schedules and steers them. Alone it lists them.");
  addList(schedules, finish);
  addScheduleShowCommand(schedules, finish);
  for (const steering of steerings) addSteering(schedules, finish, steering);
}

function addList(schedules: Command, finish: Finish): void {
  const command = schedules
    .command("list", { isDefault: true })
    .summary("list schedules with their next occurrences")
    .description(
      "Lists every schedule with its next occurrence and its last one. With --module it says which the code no longer defines.",
    );
  addModuleOption(command, "whose code defines schedules");
  addExamples(command, [
    ["lovage schedules", "what happens next"],
    ["lovage schedules list --module src/tasks.ts", "and what is no longer in the code"],
  ]);
  command.action(async () => finish(await list(command.optsWithGlobals<ModuleFlags>())));
}

function list(flags: ModuleFlags): Promise<ExitCode> {
  return withStore(flags, async (app) => {
    const inCode = flags.module !== undefined;
    printRows(flags, await app.schedules.list(), {
      toJson: (schedule) => scheduleToJson(schedule, inCode),
      columns: scheduleColumns(app.clock.now(), inCode),
      empty: "There are no schedules.",
    });
    return exitCode.ok;
  });
}

function addSteering(schedules: Command, finish: Finish, { verb, summary, description, apply }: Steering): void {
  const command = schedules
    .command(verb)
    .argument("<names...>", "schedules", readNameAmong)
    .summary(summary)
    .description(description);
  addExamples(command, [[`lovage schedules ${verb} backup.nightly`, summary]]);
  command.action(async (names: readonly string[]) => {
    const flags = command.optsWithGlobals<GlobalFlags>();
    const code = await withStore(flags, async (app) => {
      for (const name of names) {
        const { document, text } = await apply(app, name);
        printDocument(flags, { schedule: name, operation: verb, ...document }, () => text);
      }
      return exitCode.ok;
    });
    finish(code);
  });
}
