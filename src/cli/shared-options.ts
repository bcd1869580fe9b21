import { type Command, Option } from "commander";
import type { JobState } from "../kernel/job.ts";
import { readNames, readStates } from "./arguments.ts";

/** Takes the exit code of a command that came to its end. */
export type Finish = (code: number) => void;

/** Jobs by what they are. */
export interface FilterFlags {
  readonly task?: readonly string[];
  readonly queue?: readonly string[];
  readonly state?: readonly JobState[];
  readonly workflow?: string;
}

/** Adds `--task`, `--queue`, `--state` and `--workflow`. */
export function addFilterOptions(command: Command): Command {
  return command
    .option("--task <names>", "only jobs of these tasks, separated by commas", readNames)
    .option("--queue <names>", "only jobs of these queues, separated by commas", readNames)
    .option("--state <states>", "only jobs in these states, separated by commas", readStates)
    .option("--workflow <id>", "only jobs of this workflow, named by the id of its result");
}

/** Adds `--module`. */
export function addModuleOption(command: Command, purpose: string): Command {
  return command.addOption(
    new Option("-m, --module <path>", `${purpose}: a module or a glob; may be repeated`).argParser(
      (path: string, before: readonly string[] = []): readonly string[] => [...before, path],
    ),
  );
}

/** One line to type, and what it does. */
export type Example = readonly [line: string, meaning: string];

const examplesOfCommands = new WeakMap<Command, readonly Example[]>();

/** Puts examples at the end of a command's help. */
export function addExamples(command: Command, examples: readonly Example[]): Command {
  const width = Math.max(...examples.map(([line]) => line.length));
  const lines = examples.map(([line, meaning]) => `  ${line.padEnd(width)}   ${meaning}`);
  examplesOfCommands.set(command, examples);
  return command.addHelpText("after", `\nExamples:\n${lines.join("\n")}`);
}

/** The examples of a command, for the reference documentation. */
export function examplesOf(command: Command): readonly Example[] {
  return examplesOfCommands.get(command) ?? [];
}
