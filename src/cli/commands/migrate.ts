import type { Command } from "commander";
import { type ExitCode, exitCode } from "../exit-code.ts";
import { printDocument } from "../output.ts";
import { describePlace, type GlobalFlags, withApp } from "../session.ts";
import { addExamples, type Finish } from "../shared-options.ts";

interface MigrateFlags extends GlobalFlags {
  readonly dryRun?: boolean;
}

/** Adds `lovage migrate`. */
export function addMigrateCommand(program: Command, finish: Finish): void {
  const command = program
    .command("migrate")
    .summary("bring the store's schema up to date")
    .description(
      "Brings the schema of the engine's store up to date, and makes the store where there is none. Apps and workers do so as well when they start; this command is for those who want it as a step of their deployment.",
    )
    .option("--dry-run", "only say what would be done");
  addExamples(command, [["lovage migrate --dry-run", "what is missing?"]]);
  command.action(async () => finish(await migrate(command.optsWithGlobals<MigrateFlags>())));
}

function migrate(flags: MigrateFlags): Promise<ExitCode> {
  const dryRun = flags.dryRun === true;
  return withApp(flags, async (app) => {
    const { from, to, applied } = await app.engine.maintenance.migrate({ dryRun });
    printDocument(flags, { dryRun, from, to, applied: [...applied] }, () => {
      if (applied.length === 0) return `${describePlace(app)} is up to date at version ${to}.`;
      const names = applied.map((name) => `\n  ${name}`).join("");
      // What was put in order without a new version, such as counters that somebody had changed by hand.
      if (from === to) return `${describePlace(app)} stays at version ${to}, and this was put in order:${names}`;
      return `${describePlace(app)} ${dryRun ? "would go" : "went"} from version ${from} to ${to}:${names}`;
    });
    return exitCode.ok;
  });
}
