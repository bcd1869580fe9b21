// Writes docs/reference/: the command line from its commander program, the options from the table of defaults.
import { mkdirSync, writeFileSync } from "node:fs";
import type { Argument, Command, Option } from "commander";
import { exitCodeMeanings } from "../src/cli/exit-code.ts";
import { createProgram } from "../src/cli/program.ts";
import { examplesOf } from "../src/cli/shared-options.ts";
import { type Default, defaults, environmentDefaults, fixedLimits } from "../src/kernel/options/index.ts";

const NOTICE = "<!-- Made by `node scripts/generate-reference.ts`; a test compares. Change the source instead. -->";

/** The page of the command line. */
export function cliReference(): string {
  const program = createProgram({ version: "", json: false, finish: () => {} });
  return page([
    "# Command line",
    NOTICE,
    "`lovage COMMAND`; `lovage COMMAND --help` says the same in the terminal.",
    "## Options of every command",
    optionTable(program.options),
    "`LOVAGE_URL` names the engine where neither `--url` nor the app does, `LOVAGE_LOG=json` makes log lines JSON. " +
      "Output is coloured on a terminal only, and not under `NO_COLOR`. Output goes to standard output; errors, notes and logs go to standard error.",
    "## Exit codes",
    table(
      ["code", "meaning"],
      exitCodeMeanings.map(([code, meaning]) => [String(code), meaning]),
    ),
    ...leaves(program).flatMap(commandSections),
  ]);
}

/** The page of all defaults. */
export function optionsReference(): string {
  return page([
    "# Options and their defaults",
    NOTICE,
    "By the path of the option: `task.retry.max` is `retry.max` of a task, or `task.retry.max` of `lovage()` for all of its tasks. Durations are a number with a unit (`ms`, `s`, `m`, `h`, `d`), or milliseconds; sizes a number with `kb`, `mb` or `gb` (of 1,024), or bytes.",
    defaultTable(["option", "default", "why"], defaults),
    "## Environment",
    defaultTable(["variable", "default", "why"], environmentDefaults),
    "## Fixed limits",
    "No option changes these.",
    defaultTable(["of", "limit", "why"], fixedLimits),
  ]);
}

function defaultTable(titles: readonly string[], entries: Readonly<Record<string, Default>>): string {
  const show = (value: Default["value"]): string =>
    typeof value === "number" ? value.toLocaleString("en-US") : String(value);
  return table(
    titles,
    Object.entries(entries).map(([name, { value, reason }]) => [`\`${name}\``, `\`${show(value)}\``, reason]),
  );
}

function leaves(command: Command): Command[] {
  return command.commands.length === 0 ? [command] : command.commands.flatMap(leaves);
}

function commandSections(command: Command): string[] {
  const name = path(command);
  const examples = examplesOf(command).map(([line, meaning]) => `${line}   # ${meaning}`);
  return [
    `## ${name}`,
    `\`${name} ${command.usage()}\``,
    command.description(),
    ...(command.registeredArguments.some(({ description }) => description !== "")
      ? [table(["argument", "meaning"], command.registeredArguments.map(argumentRow))]
      : []),
    ...(command.options.length === 0 ? [] : [optionTable(command.options)]),
    ...(examples.length === 0 ? [] : [`\`\`\`sh\n${examples.join("\n")}\n\`\`\``]),
  ];
}

function path(command: Command): string {
  return command.parent === null ? command.name() : `${path(command.parent)} ${command.name()}`;
}

function argumentRow(argument: Argument): string[] {
  return [`\`${argument.name()}\``, argument.description];
}

function optionTable(options: readonly Option[]): string {
  const row = ({ flags, description, defaultValue }: Option): string[] => [
    `\`${flags}\``,
    defaultValue === undefined ? description : `${description} (default ${String(defaultValue)})`,
  ];
  return table(["option", "meaning"], options.map(row));
}

function table(titles: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]): string =>
    `| ${cells.map((cell) => cell.replaceAll("|", "\\|")).join(" | ")} |`;
  return [line(titles), line(titles.map(() => "---")), ...rows.map(line)].join("\n");
}

function page(sections: readonly string[]): string {
  return `${sections.join("\n\n")}\n`;
}

if (import.meta.main) {
  const folder = new URL("../docs/reference/", import.meta.url);
  mkdirSync(folder, { recursive: true });
  writeFileSync(new URL("cli.md", folder), cliReference());
  writeFileSync(new URL("options.md", folder), optionsReference());
}
