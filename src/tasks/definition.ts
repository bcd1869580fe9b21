import type { StandardSchemaV1 } from "@standard-schema/spec";
import type { JobOptions } from "../kernel/options/index.ts";
import { callerPlace } from "../kernel/place.ts";
import type { Context } from "./context.ts";

/** A task: its name, what its jobs may be, and the function that does the work. */
export interface TaskOptions<Input, Parsed, Output> extends JobOptions {
  /** Unique in an app; stored with every job, so it outlives renames of variables and files. */
  readonly name: string;
  /**
   * The work. It may run more than once (a worker can die after the work and before it is recorded), so make it safe
   * to repeat. Without it the task is a contract, for a process that only pushes.
   */
  readonly run?: (input: Parsed, context: Context) => Output | Promise<Output>;
  /** Names the job by its input: while the key holds, the same key gives the same job. */
  readonly key?: (input: Input) => string | undefined;
  /** The version of the input's shape. Default 1. */
  readonly version?: number;
  /** Turns an input that was pushed by an older version into one of this version, before the schema sees it. */
  readonly upgrade?: (input: unknown, fromVersion: number) => unknown;
  /** What the command line may show of an input. Default: all of it. */
  readonly redact?: (input: unknown) => unknown;
}

/** A task whose input is checked by a schema: it refuses at push, and parses at run. */
export interface SchemaTaskOptions<Schema extends StandardSchemaV1, Output>
  extends TaskOptions<StandardSchemaV1.InferInput<Schema>, StandardSchemaV1.InferOutput<Schema>, Output> {
  /** Any Standard Schema: Zod, Valibot, ArkType … */
  readonly input: Schema;
}

/** A task without a schema: its input type is that of `run`'s parameter. */
export interface PlainTaskOptions<Input, Output> extends TaskOptions<Input, Input, Output> {
  readonly input?: undefined;
}

/**
 * A task that belongs to no app yet: any number of apps register it by `app.task(definition)`, each as a task of its own.
 * The types of its input and output travel with it.
 */
export interface TaskDefinition<Input, Output> {
  readonly definition: AnyTaskOptions;
  /** Where it was defined, as `file:line:column`. */
  readonly place: string;
  /** Never there: it carries the types. */
  readonly types?: { readonly input: Input; readonly output: Output };
}

/** Options of a task whose types nobody asks for any more. */
export interface AnyTaskOptions extends TaskOptions<never, never, unknown> {
  readonly input?: StandardSchemaV1 | undefined;
}

/** Defines a task, or takes a definition; its overloads infer input and output. */
export interface DefineTask {
  <Schema extends StandardSchemaV1, Output = unknown>(
    options: SchemaTaskOptions<Schema, Output>,
  ): TaskDefinition<StandardSchemaV1.InferInput<Schema>, Output>;
  <Input = void, Output = unknown>(options: PlainTaskOptions<Input, Output>): TaskDefinition<Input, Output>;
}

/**
 * Defines a shared task: for a package of tasks, or, without `run`, for the contract between a process that pushes and
 * another that works.
 *
 * @example
 * export const resize = defineTask({ name: "images.resize", input: z.object({ imageId: z.string() }) });
 * const task = app.task(resize);
 * await task.delay({ imageId: "7" });
 */
export const defineTask: DefineTask = (options: AnyTaskOptions) => ({ definition: options, place: callerPlace() });
