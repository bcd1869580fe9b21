import type { Command } from "commander";
import type { HealthFinding } from "../../engine/index.ts";
import { type ExitCode, exitCode } from "../exit-code.ts";
import { examine } from "../health.ts";
import { printDocument } from "../output.ts";
import { type ModuleFlags, withApp } from "../session.ts";
import { addExamples, addModuleOption, type Finish } from "../shared-options.ts";
import { coloured, printable } from "../text.ts";

/** Adds `lovage doctor`. */
export function addDoctorCommand(program: Command, finish: Finish): void {
  const command = program
    .command("doctor")
    .summary("find out why jobs are not done")
    .description(
      "Checks Node, the engine, its schema and files, the clock, the workers, the queues (paused ones, and jobs whose task no live worker knows) and the schedules: overdue ones and, with --module, those that are no longer in the code. Ends with code 1 if anything is amiss.",
    );
  addModuleOption(command, "check the app of these modules");
  addExamples(command, [["lovage doctor --json", "for monitoring"]]);
  command.action(async () => finish(await doctor(command.optsWithGlobals<ModuleFlags>())));
}

function doctor(flags: ModuleFlags): Promise<ExitCode> {
  return withApp(flags, async (app) => {
    const findings = await examine(app, flags.module !== undefined);
    const ok = findings.every((finding) => finding.ok);
    const width = Math.max(...findings.map(({ check }) => check.length));
    printDocument(flags, { ok, findings: findings.map(findingToJson) }, () =>
      findings.map((finding) => describe(finding, width)).join("\n"),
    );
    return ok ? exitCode.ok : exitCode.error;
  });
}

function findingToJson({ check, ok, detail }: HealthFinding): { check: string; ok: boolean; detail: string } {
  return { check, ok, detail };
}

function describe({ check, ok, detail }: HealthFinding, width: number): string {
  const mark = ok ? coloured("green", "ok  ") : coloured("red", "FAIL");
  return `${mark}  ${check.padEnd(width)}  ${printable(detail)}`;
}
