import { type Command, Option } from "commander";
import type { Duration } from "../kernel/duration.ts";
import { defaults, type WorkerOptions } from "../kernel/options/index.ts";
import { readBytes, readDuration, readInteger, readName, readNames, readPort } from "./arguments.ts";
import type { GlobalFlags } from "./session.ts";

/** Options of commands that run jobs. */
export interface WorkerFlags extends GlobalFlags {
  readonly concurrency?: number;
  readonly queues?: readonly string[];
  readonly grace?: Duration;
  readonly name?: string;
  readonly log?: "human" | "json";
  readonly maxJobs?: number;
  readonly maxMemory?: number;
  readonly processes?: number;
  readonly probe?: number;
}

/** Adds the options that `lovage worker` and `lovage drain` share. */
export function addWorkerOptions(command: Command): Command {
  return command
    .option("--concurrency <number>", `jobs at once (default ${defaults["worker.concurrency"].value})`, readInteger)
    .option("--queues <names>", "only jobs of these queues, separated by commas (default all)", readNames)
    .option(
      "--grace <duration>",
      `running jobs may take so long after SIGTERM (default ${defaults["worker.grace"].value})`,
      readDuration,
    )
    .option("--name <name>", "begins the worker's id (default the host's name)", readName)
    .addOption(logOption());
}

/** The library's worker options of the flags that were given; the app's own hold for the rest. */
export function workerOptions({ concurrency, queues, grace, name, maxJobs, maxMemory }: WorkerFlags): WorkerOptions {
  return {
    ...(concurrency === undefined ? {} : { concurrency }),
    ...(queues === undefined ? {} : { queues }),
    ...(grace === undefined ? {} : { grace }),
    ...(name === undefined ? {} : { name }),
    ...(maxJobs === undefined ? {} : { maxJobs }),
    ...(maxMemory === undefined ? {} : { maxMemoryBytes: maxMemory }),
  };
}

/** Adds the options of a worker that is several processes, or one after the other. */
export function addProcessOptions(command: Command): Command {
  return command
    .option("--processes <number>", "so many processes under a supervisor, which replaces those that end", readInteger)
    .option("--max-jobs <number>", "replace a process after so many jobs", readInteger)
    .option("--max-memory <size>", "replace a process that holds so much memory, such as 512mb", readBytes)
    .option("--probe <port>", "answer GET /live and /ready over HTTP", readPort);
}

/**
 * Sets the format of log lines, for an app that names no logger of its own: it reads LOVAGE_LOG when it is made, and
 * processes that this one starts inherit it.
 */
export function setLogFormat({ log, json }: WorkerFlags): void {
  const format = log ?? (json === true ? "json" : undefined);
  if (format !== undefined) process.env.LOVAGE_LOG = format;
}

function logOption(): Option {
  return new Option(
    "--log <format>",
    "lines for people or for programs; apps with a logger of their own keep it",
  ).choices(["human", "json"]);
}
