import { Command } from "commander";
import { addCallCommand } from "./commands/call.ts";
import { addDoctorCommand } from "./commands/doctor.ts";
import { addDrainCommand } from "./commands/drain.ts";
import { addJobsCommand } from "./commands/jobs.ts";
import { addMigrateCommand } from "./commands/migrate.ts";
import { addQueuesCommand } from "./commands/queues.ts";
import { addResultCommand } from "./commands/result.ts";
import { addSchedulesCommand } from "./commands/schedules.ts";
import { addWorkerCommand } from "./commands/worker.ts";
import { addWorkersCommand } from "./commands/workers.ts";
import { exitCodeMeanings } from "./exit-code.ts";
import { addExamples, type Finish } from "./shared-options.ts";
import { printable } from "./text.ts";

const MULTILINE = { multiline: true };

/** What the command line is told from outside. */
export interface ProgramRequest {
  readonly version: string;
  /** Whether mistakes in the arguments are told as JSON. */
  readonly json: boolean;
  readonly finish: Finish;
}

/**
 * The whole command line as a commander program. Declaring the commands costs little; what they do (the library, the
 * engines) is imported when one runs.
 */
export function createProgram({ version, json, finish }: ProgramRequest): Command {
  const program = new Command("lovage")
    .description("Asynchronous work for TypeScript web applications.")
    .version(version, "-V, --version", "print the version")
    .helpOption("-h, --help", "show help")
    .option("--url <url>", "the engine, such as sqlite:lovage.db; comes before LOVAGE_URL")
    .option("--namespace <name>", "the app's part of a shared store (default: lovage)")
    .option("--json", "speak JSON: one document, or one a line")
    .option("--debug", "show stacks of errors")
    .showHelpAfterError(json ? false : "See the help: add --help.")
    .configureHelp({ showGlobalOptions: true, sortSubcommands: false })
    .configureOutput({ outputError: (text, write) => write(json ? usageToJson(text) : printable(text, MULTILINE)) })
    .exitOverride();
  addWorkerCommand(program, finish);
  addDrainCommand(program, finish);
  addCallCommand(program, finish);
  addResultCommand(program, finish);
  addJobsCommand(program, finish);
  addQueuesCommand(program, finish);
  addSchedulesCommand(program, finish);
  addWorkersCommand(program, finish);
  addMigrateCommand(program, finish);
  addDoctorCommand(program, finish);
  addExamples(program, [
    ["lovage worker 'src/**/tasks.ts'", "run the tasks of an application"],
    [`lovage call mail.send '{"userId": 7}' --wait`, "push a job and wait for its result"],
    ["lovage jobs list --state failed", "see what failed"],
    ["lovage doctor", "find out why jobs are not done"],
  ]);
  program.addHelpText(
    "after",
    `\nExit codes:\n${exitCodeMeanings.map(([code, text]) => `  ${code}  ${text}`).join("\n")}`,
  );
  return program;
}

function usageToJson(text: string): string {
  const message = text.replace(/^error: /, "").trimEnd();
  return `${JSON.stringify({ error: { name: "UsageError", code: "USAGE", message } })}\n`;
}
