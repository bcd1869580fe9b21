import type { Command } from "commander";
import type { App } from "../../app/index.ts";
import type { Duration } from "../../kernel/duration.ts";
import { JobFailed, JobRevoked, ResultTimeout } from "../../kernel/errors.ts";
import type { JobRecord } from "../../kernel/job.ts";
import { standardError } from "../../kernel/logger.ts";
import { jobNotFound } from "../../tasks/index.ts";
import { readWait } from "../arguments.ts";
import { type ExitCode, exitCode } from "../exit-code.ts";
import { decode, jobToJson } from "../job-view.ts";
import { type Format, printDocument, printNote } from "../output.ts";
import { type GlobalFlags, withStore } from "../session.ts";
import { addExamples, type Finish } from "../shared-options.ts";
import { printable } from "../text.ts";

interface ResultFlags extends GlobalFlags {
  readonly wait?: Duration | true;
}

/** Adds `lovage result`. */
export function addResultCommand(program: Command, finish: Finish): void {
  const command = program
    .command("result <id>")
    .summary("print what a job returned")
    .description(
      "Prints the result of a job, as JSON. A job that failed or was revoked ends the command with code 4, one that has not ended with code 5.",
    )
    .option("--wait [duration]", "wait for the end: so long, or as long as it takes", readWait);
  addExamples(command, [
    ["lovage result 01990f3e-…", "the result, if there is one"],
    ["lovage result 01990f3e-… --wait=30s", "wait for it"],
  ]);
  command.action(async (id: string) => finish(await result(id, command.optsWithGlobals<ResultFlags>())));
}

function result(id: string, flags: ResultFlags): Promise<ExitCode> {
  return withStore(flags, (app) => printEnd(app, id, flags.wait, flags));
}

/**
 * Waits as long as was asked for, then prints the job's result: for programs the whole job, for people the result
 * alone, so that it can be piped on.
 */
export async function printEnd(
  app: App,
  id: string,
  wait: Duration | true | undefined,
  format: Format,
): Promise<ExitCode> {
  const problem = wait === undefined ? undefined : await waitForEnd(app, id, wait);
  const [job] = await app.engine.inspect.get([id]);
  // A result may be asked for in the moment in which its retention ends: then what was heard before stands.
  if (job === undefined) throw problem ?? jobNotFound(id);
  const code = codeOf(job);
  if (format.json === true) {
    printDocument(format, { ...jobToJson(job), progress: decode(job.progress), result: decode(job.result) }, () => "");
    return code;
  }
  if (problem !== undefined) throw problem;
  if (job.state !== "succeeded") return explain(app, job, code);
  if (job.result === undefined) printNote(format, `Job ${id} succeeded and has no result.`);
  else process.stdout.write(`${JSON.stringify(decode(job.result), undefined, 2)}\n`);
  return code;
}

/** The error with which the wait ended, if it did not end with a result. */
async function waitForEnd(app: App, id: string, wait: Duration | true): Promise<Error | undefined> {
  try {
    await app.result(id).get(wait === true ? {} : { timeout: wait });
    return undefined;
  } catch (error) {
    if (error instanceof JobFailed || error instanceof JobRevoked || error instanceof ResultTimeout) return error;
    throw error;
  }
}

function codeOf({ state }: JobRecord): ExitCode {
  if (state === "succeeded") return exitCode.ok;
  return state === "failed" || state === "revoked" ? exitCode.jobFailed : exitCode.timeout;
}

/** Says why there is no result. */
async function explain(app: App, job: JobRecord, code: ExitCode): Promise<ExitCode> {
  // The library words these errors; asking it again costs one read.
  if (code === exitCode.jobFailed) await app.result(job.id).get();
  const progress = job.progress === undefined ? "" : `, progress ${JSON.stringify(decode(job.progress))}`;
  const state = `Job ${job.id} of task "${job.task}" is ${job.state}${progress}`;
  standardError.write(`${printable(state)}. Wait for it with --wait.\n`);
  return code;
}
