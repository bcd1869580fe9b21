import type { StandardSchemaV1 } from "@standard-schema/spec";
import { TaskDuplicate } from "../kernel/errors.ts";
import {
  type JobOptions,
  type JobSettings,
  jobOptionKeys,
  OptionReader,
  readJobOptions,
} from "../kernel/options/index.ts";
import type { Context } from "./context.ts";
import type { AnyTaskOptions } from "./definition.ts";

/** A task as one app knows it. */
export interface RegisteredTask {
  readonly name: string;
  readonly place: string;
  readonly settings: JobSettings;
  readonly schema: StandardSchemaV1 | undefined;
  readonly version: number;
  readonly run: ((input: unknown, context: Context) => unknown) | undefined;
  readonly key: ((input: unknown) => string | undefined) | undefined;
  readonly upgrade: ((input: unknown, fromVersion: number) => unknown) | undefined;
  readonly redact: ((input: unknown) => unknown) | undefined;
}

// Of tasks that every worker knows.
const OWN_NAMES = "lovage.";

const taskKeys = [...jobOptionKeys, "name", "input", "run", "key", "version", "upgrade", "redact"];

/** The tasks of one app, by name. */
export class Registry {
  readonly #tasks = new Map<string, RegisteredTask>();
  readonly #base: JobOptions;
  readonly #keepsResults: boolean;

  /** `keepsResults`: whether what a task returns can be kept at all. */
  constructor(base: JobOptions, { keepsResults = true }: { readonly keepsResults?: boolean } = {}) {
    this.#base = base;
    this.#keepsResults = keepsResults;
  }

  /**
   * @throws OptionsInvalid (`OPTIONS_INVALID`) with every mistake in the definition.
   * @throws TaskDuplicate (`TASK_DUPLICATE`) naming both places.
   */
  register(definition: AnyTaskOptions, place: string): RegisteredTask {
    const task = readTask(definition, place, this.#base, this.#keepsResults);
    const other = this.#tasks.get(task.name);
    if (other !== undefined) {
      throw new TaskDuplicate(
        `Task "${task.name}" is defined twice in this app: at ${other.place} and at ${place}. Rename one of them.`,
        { details: { task: task.name, places: [other.place, place] } },
      );
    }
    this.#tasks.set(task.name, task);
    return task;
  }

  get(name: string): RegisteredTask | undefined {
    return this.#tasks.get(name);
  }

  all(): RegisteredTask[] {
    return [...this.#tasks.values()];
  }
}

function readTask(given: AnyTaskOptions, place: string, base: JobOptions, keepsResults: boolean): RegisteredTask {
  const reader = new OptionReader();
  const definition = reader.knownKeys("", given, taskKeys);
  const task = {
    name: reader.name("name", definition.name, "unnamed"),
    place,
    settings: readJobOptions(reader, "", definition, base),
    schema: readSchema(reader, definition.input),
    version: reader.integer("version", definition.version, 1, { min: 1, max: 1_000_000 }),
    run: readFunction(reader, "run", definition.run),
    key: readFunction(reader, "key", definition.key),
    upgrade: readFunction(reader, "upgrade", definition.upgrade),
    redact: readFunction(reader, "redact", definition.redact),
  };
  if (!keepsResults && definition.result === "keep")
    reader.mistake('result is "keep", while the app has results: "none": leave it out, or name a store of results');
  if (task.name.startsWith(OWN_NAMES)) reader.mistake(`name begins with "${OWN_NAMES}", which Lovage keeps for itself`);
  if (definition.name === undefined) reader.mistake("name is missing: it is stored with every job");
  reader.finish(`Task ${JSON.stringify(definition.name)}, defined at ${place}, does not fit`);
  return task;
}

function readSchema(reader: OptionReader, schema: StandardSchemaV1 | undefined): StandardSchemaV1 | undefined {
  if (schema === undefined) return undefined;
  if (typeof schema?.["~standard"]?.validate === "function") return schema;
  reader.mistake(
    'input is not a Standard Schema (it has no "~standard".validate): use Zod 3.24+, Valibot 1+, ArkType 2+ or alike',
  );
  return undefined;
}

// The registry forgets the types that the definition's own signatures have checked: here, and only here.
type Erased<Value> = Value extends (...args: never[]) => infer Result ? (...args: unknown[]) => Result : undefined;

function readFunction<Value extends ((...args: never[]) => unknown) | undefined>(
  reader: OptionReader,
  name: string,
  value: Value,
): Erased<Exclude<Value, undefined>> | undefined {
  if (value === undefined) return undefined;
  if (typeof value !== "function") reader.mistake(`${name} is not a function`);
  return value as unknown as Erased<Exclude<Value, undefined>>;
}
