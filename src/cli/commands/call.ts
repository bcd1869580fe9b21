import type { Command } from "commander";
import type { App } from "../../app/index.ts";
import type { Duration } from "../../kernel/duration.ts";
import { NotJson, OptionsInvalid, TaskUnknown, TooLarge } from "../../kernel/errors.ts";
import type { CallOptions } from "../../tasks/index.ts";
import { readDuration, readExpiry, readHeader, readInstant, readInteger, readName, readWait } from "../arguments.ts";
import { type ExitCode, exitCode } from "../exit-code.ts";
import { printDocument, printNote } from "../output.ts";
import { type ModuleFlags, requireShared, withApp } from "../session.ts";
import { addExamples, addModuleOption, type Finish } from "../shared-options.ts";
import { printable } from "../text.ts";
import { printEnd } from "./result.ts";

interface CallFlags extends ModuleFlags {
  readonly countdown?: Duration;
  readonly eta?: Date;
  readonly expires?: Duration | Date;
  readonly priority?: number;
  readonly queue?: string;
  readonly key?: string;
  readonly header?: Readonly<Record<string, string>>;
  readonly wait?: Duration | true;
}

// Far above any input limit that makes sense, and far below what would exhaust memory.
const STDIN_LIMIT_BYTES = 16 * 2 ** 20;

/** Adds `lovage call`. */
export function addCallCommand(program: Command, finish: Finish): void {
  const command = program
    .command("call <task> [input]")
    .summary("push a job")
    .description(
      "Pushes a job of a task. The input is JSON, or - to read it from standard input. With --module the task's own options and schema apply; without, the input is stored as it is, and the worker's schema refuses what does not fit.",
    )
    .option("--countdown <duration>", "start after so long", readDuration)
    .option("--eta <instant>", "start at this instant, in ISO 8601", readInstant)
    .option("--expires <duration or instant>", "revoke the job if it has not started by then", readExpiry)
    .option("--priority <number>", "0 to 9, 9 first", readInteger)
    .option("--queue <name>", "the queue, instead of the task's", readName)
    .option("--key <key>", "idempotency: while it holds, the same key gives the same job")
    .option("--header <name=value>", "travels with the job; may be repeated", readHeader)
    .option("--wait [duration]", "wait for the end, and print the result", readWait);
  addModuleOption(command, "where the task is defined");
  addExamples(command, [
    [`lovage call mail.send '{"userId": 7}'`, "push"],
    [`lovage call mail.send '{"userId": 7}' --key welcome:7`, "push once, however often it is repeated"],
    ["lovage call report.build - --wait=5m < report.json", "read the input, wait for the result"],
  ]);
  command.action(async (task: string, input: string | undefined) => {
    finish(await call(task, input, command.optsWithGlobals<CallFlags>()));
  });
}

function call(task: string, inputText: string | undefined, flags: CallFlags): Promise<ExitCode> {
  return withApp(flags, async (app) => {
    requireShared(app);
    requireKnown(app, task, flags);
    const input = await readInput(inputText);
    const result = await app.send(task, input, callOptions(flags));
    const pushed = { id: result.id, task, outcome: result.outcome };
    if (flags.wait === undefined) {
      printDocument(flags, pushed, () => `${result.outcome} ${result.id} ${printable(task)}`);
      return exitCode.ok;
    }
    printNote(flags, `${result.outcome} ${result.id}`);
    return printEnd(app, result.id, flags.wait, flags);
  });
}

function requireKnown(app: App, task: string, flags: CallFlags): void {
  const known = app.tasks().map(({ name }) => name);
  if (flags.module === undefined || known.includes(task)) return;
  throw new TaskUnknown(
    `Task ${JSON.stringify(task)} is not defined by the given modules; there are ${known.join(", ") || "none"}. ` +
      "Without --module a job is pushed for whichever worker knows its task.",
    { details: { task, known } },
  );
}

function callOptions(flags: CallFlags): CallOptions {
  const { countdown, eta, expires, priority, queue, key, header: headers } = flags;
  if (countdown !== undefined && eta !== undefined) {
    throw new OptionsInvalid("--countdown and --eta exclude each other: give one of them.");
  }
  return { countdown, eta, expires, priority, queue, key, headers };
}

async function readInput(text: string | undefined): Promise<unknown> {
  if (text === undefined) return undefined;
  const json = text === "-" ? await readStandardInput() : text;
  try {
    return JSON.parse(json);
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new NotJson(
      `The input is not JSON: ${reason}. In a shell, put it in single quotes: lovage call mail.send '{"userId": 7}'`,
      { cause: error },
    );
  }
}

async function readStandardInput(): Promise<string> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of process.stdin) {
    const buffer = Buffer.from(chunk);
    bytes += buffer.length;
    if (bytes > STDIN_LIMIT_BYTES) {
      throw new TooLarge(
        `Standard input has more than ${STDIN_LIMIT_BYTES} bytes: an input names data, so store the data and pass its place.`,
        { details: { limitBytes: STDIN_LIMIT_BYTES } },
      );
    }
    chunks.push(buffer);
  }
  return Buffer.concat(chunks).toString("utf8");
}
