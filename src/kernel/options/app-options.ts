import type { ByteSize } from "../byte-size.ts";
import type { Duration } from "../duration.ts";
import type { Logger } from "../logger.ts";
import { defaults, environmentDefaults, fixedLimits } from "./defaults.ts";
import { OptionReader, show } from "./reader.ts";
import {
  type JobOptions,
  type JobSettings,
  jobOptionKeys,
  type RetentionOptions,
  readJobOptions,
  retentionOptionKeys,
} from "./task-options.ts";
import { readWorkerOptions, type WorkerOptions, type WorkerSettings } from "./worker-options.ts";

/** What one queue allows. */
export interface QueueOptions {
  /** A push that would make more unfinished jobs than this is refused with `QUEUE_FULL`. Default: no limit. */
  readonly maxDepth?: number;
}

/** A failed attempt, as an error tracker wants it. */
export interface FailedAttempt {
  readonly error: unknown;
  readonly task: string;
  readonly id: string;
  readonly attempt: number;
  /** Whether the job will be tried again. */
  readonly willRetry: boolean;
}

/** Options of `lovage()`. */
export interface AppOptions {
  /** Where the jobs are: `sqlite:PATH` or `memory:`. Default: `LOVAGE_URL`, else `sqlite:lovage.db`. */
  readonly url?: string;
  /** Instead of `url`, where the results are elsewhere: the engine that has the jobs until they have ended. Default: as `url`. */
  readonly broker?: string;
  /**
   * Where the jobs are that have ended: the URL of another engine, or `"none"`, which keeps none of them. Default: where
   * all jobs are.
   */
  readonly results?: string;
  /** Apps of different namespaces share a store without seeing each other. Lower-case letters, digits, `_`. Default `"lovage"`. */
  readonly namespace?: string;
  /** Defaults of every task of this app. */
  readonly task?: Omit<JobOptions, "retention">;
  readonly retention?: RetentionOptions & {
    /** Finished jobs kept at the most. Default 250,000. */
    readonly max?: number;
  };
  readonly queues?: Readonly<Record<string, QueueOptions>>;
  /** Defaults of every worker of this app. */
  readonly worker?: WorkerOptions;
  /** A push that takes longer is given up as `ENGINE_TIMEOUT`. Default `"10s"`. */
  readonly pushTimeout?: Duration;
  /** The largest input, as JSON in UTF-8: bytes, or a size such as `"256kb"`. Default `"64kb"`, at most `"1gb"`. */
  readonly inputLimit?: ByteSize;
  /** The largest result, as JSON in UTF-8: bytes, or a size such as `"4mb"`. Default `"1mb"`, at most `"1gb"`. */
  readonly resultLimit?: ByteSize;
  /** Default: lines on standard error, for people or, with `LOVAGE_LOG=json`, one JSON object each. */
  readonly logger?: Logger;
  /** Called after every failed attempt, beside the log line: for error trackers. What it throws is logged. */
  readonly onError?: (failure: FailedAttempt) => void;
}

/** `AppOptions` after defaults and validation. */
export interface Settings {
  readonly url: string;
  /** Where the jobs are that have ended, if that is elsewhere; `"none"`: nowhere. */
  readonly resultsUrl: string | undefined;
  readonly namespace: string;
  readonly task: JobOptions;
  /** For jobs that end where no task is at hand: revoked from outside, expired, lost. */
  readonly jobDefaults: JobSettings;
  readonly maxFinished: number;
  readonly maxDepth: Readonly<Record<string, number>>;
  readonly worker: WorkerSettings;
  readonly pushTimeoutMs: number;
  readonly inputLimitBytes: number;
  readonly resultLimitBytes: number;
  readonly progressLimitBytes: number;
  readonly maxDelayMs: number;
  /** Of the default logger. */
  readonly logFormat: "human" | "json";
}

const appOptionKeys: readonly string[] = [
  "url",
  "broker",
  "results",
  "namespace",
  "task",
  "retention",
  "queues",
  "worker",
  "pushTimeout",
  "inputLimit",
  "resultLimit",
  "logger",
  "onError",
];

const retentionKeys: readonly string[] = [...retentionOptionKeys, "max"];
const taskKeys: readonly string[] = jobOptionKeys.filter((key) => key !== "retention");

/** What `results` says where jobs that have ended are not kept. */
export const NO_RESULTS = "none";

// The results have a namespace of their own, `<namespace>_results`, so that both sides may share one server.
const RESULTS_SUFFIX = "_results";
const MAX_NAMESPACE = 31;

/** The namespace of the results of an app whose broker is elsewhere. */
export function resultsNamespace(namespace: string): string {
  return `${namespace}${RESULTS_SUFFIX}`;
}

const LIMIT_BYTES = { min: 1, max: 2 ** 30 };

/**
 * Reads an app's options. `extraKeys` are options that another layer reads.
 * @throws OptionsInvalid (`OPTIONS_INVALID`) with all mistakes.
 */
export function readAppOptions(
  options: AppOptions,
  environment: Readonly<Record<string, string | undefined>>,
  extraKeys: readonly string[],
): Settings {
  const reader = new OptionReader();
  const given = reader.knownKeys("", options, [...appOptionKeys, ...extraKeys]);
  const { max, succeeded, failed, revoked } = reader.knownKeys("retention", given.retention, retentionKeys);
  const task: JobOptions = {
    ...readTaskDefaults(reader, given),
    retention: { succeeded, failed, revoked },
  };
  const settings: Settings = {
    url: readUrl(reader, given, environment),
    resultsUrl: readResults(reader, given),
    namespace: readNamespace(reader, given),
    task,
    jobDefaults: readJobOptions(reader, "task.", {}, task),
    maxFinished: reader.integer("retention.max", max, defaults["retention.max"].value, {
      min: 0,
      max: Number.MAX_SAFE_INTEGER,
    }),
    maxDepth: readMaxDepth(reader, given.queues),
    worker: readWorkerOptions(reader, "worker.", given.worker),
    pushTimeoutMs: reader.durationMs("pushTimeout", given.pushTimeout, defaults.pushTimeout.value),
    inputLimitBytes: reader.bytes("inputLimit", given.inputLimit, defaults.inputLimit.value, LIMIT_BYTES),
    resultLimitBytes: reader.bytes("resultLimit", given.resultLimit, defaults.resultLimit.value, LIMIT_BYTES),
    progressLimitBytes: reader.bytes("ctx.progress", undefined, fixedLimits["ctx.progress"].value, LIMIT_BYTES),
    maxDelayMs: reader.durationMs("countdown", undefined, fixedLimits["countdown, eta"].value),
    logFormat: readLogFormat(reader, environment.LOVAGE_LOG),
  };
  reader.finish("The options of lovage() do not fit");
  return settings;
}

function readTaskDefaults(reader: OptionReader, { task, results }: AppOptions): JobOptions {
  const given: JobOptions = reader.knownKeys("task", task, taskKeys);
  if (results !== NO_RESULTS) return given;
  if (given.result === "keep") reader.mistake('task.result is "keep", while results is "none": leave out one of them');
  return { ...given, result: "discard" };
}

function readResults(reader: OptionReader, { url, broker, results }: AppOptions): string | undefined {
  if (url !== undefined && broker !== undefined)
    reader.mistake("url and broker are both given: broker stands for url where results are elsewhere");
  if (broker !== undefined && results === undefined)
    reader.mistake("broker is given without results: name the engine of the results too, or write url");
  if (results === undefined || typeof results === "string") return results;
  reader.mistake(`results is ${show(results)}, not a URL: write "postgres://…", or "none" to keep none`);
  return undefined;
}

function readUrl(
  reader: OptionReader,
  { url: whole, broker, results }: AppOptions,
  environment: Readonly<Record<string, string | undefined>>,
): string {
  const name = broker === undefined ? "url" : "broker";
  const value = whole ?? broker;
  // An empty variable is how a shell or a compose file says "not set".
  const url = value ?? (environment.LOVAGE_URL || defaults.url.value);
  if (url === results) reader.mistake(`results is the ${name} itself: leave it out, and they are there`);
  if (typeof url === "string") return url;
  reader.mistake(`${name} is ${show(url)}, not a URL: write "sqlite:PATH" or "memory:"`);
  return defaults.url.value;
}

function readLogFormat(reader: OptionReader, value: string | undefined): "human" | "json" {
  const fallback = environmentDefaults.LOVAGE_LOG.value;
  if (value === undefined || value === "" || value === "human" || value === "json") return value || fallback;
  reader.mistake(`LOVAGE_LOG is ${JSON.stringify(value)}, not "human" or "json"`);
  return fallback;
}

function readNamespace(reader: OptionReader, { namespace: value, results }: AppOptions): string {
  const namespace = value ?? defaults.namespace.value;
  if (results !== undefined && typeof namespace === "string" && resultsNamespace(namespace).length > MAX_NAMESPACE)
    reader.mistake(
      `namespace is ${show(namespace)}: with results apart, at most 23 characters, since theirs is longer`,
    );
  // It becomes part of table and key names on every engine.
  if (typeof namespace === "string" && /^[a-z][a-z0-9_]{0,30}$/.test(namespace)) return namespace;
  reader.mistake(
    `namespace is ${show(namespace)}: write a lower-case letter, then up to 30 lower-case letters, digits or _`,
  );
  return defaults.namespace.value;
}

function readMaxDepth(
  reader: OptionReader,
  queues: Readonly<Record<string, QueueOptions>> | undefined,
): Readonly<Record<string, number>> {
  const maxDepth: Record<string, number> = {};
  for (const [queue, options] of Object.entries(reader.knownKeys("queues", queues, Object.keys(queues ?? {})))) {
    reader.name("queues", queue, "default");
    const given = reader.knownKeys(`queues.${queue}`, options, ["maxDepth"]);
    const depth = reader.optionalInteger(`queues.${queue}.maxDepth`, given.maxDepth, {
      min: 0,
      max: Number.MAX_SAFE_INTEGER,
    });
    if (depth !== undefined) maxDepth[queue] = depth;
  }
  return maxDepth;
}
