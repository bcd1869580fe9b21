import type { Command } from "commander";
import type { Finish } from "../shared-options.ts";
import { addChangeCommands } from "./jobs-change.ts";
import { addListCommand } from "./jobs-list.ts";
import { addShowCommand } from "./jobs-show.ts";
import { addTreeCommand } from "./jobs-tree.ts";

/** Adds `lovage jobs` with its commands. */
export function addJobsCommand(program: Command, finish: Finish): void {
  const jobs = program
    .command("jobs")
    .summary("look at jobs and steer them")
    .description("Looks at jobs and steers them.");
  addListCommand(jobs, finish);
  addShowCommand(jobs, finish);
  addTreeCommand(jobs, finish);
  addChangeCommands(jobs, finish);
}
