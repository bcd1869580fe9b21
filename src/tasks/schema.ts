import type { StandardSchemaV1 } from "@standard-schema/spec";
import { InputInvalid, OptionsInvalid } from "../kernel/errors.ts";
import { describeType } from "../kernel/json.ts";
import { isThenable } from "../kernel/thenable.ts";

/** One thing that a schema found wrong. */
export interface InputIssue {
  readonly path: string;
  readonly message: string;
}

/**
 * Runs a Standard Schema (https://standardschema.dev, v1) over an input and gives the parsed value.
 * @throws InputInvalid (`INPUT_INVALID`) with `details.issues`; OptionsInvalid (`OPTIONS_INVALID`) for what is no schema.
 */
export function parseInput(schema: StandardSchemaV1, task: string, input: unknown): unknown {
  const result: unknown = schema["~standard"].validate(input);
  return isThenable(result)
    ? Promise.resolve(result).then((settled) => parsedValue(settled, task))
    : parsedValue(result, task);
}

/** Lets a task's schema refuse inputs; what it parses them to is the handler's business. */
export async function checkInputs({ schema, name }: Checked, inputs: readonly unknown[]): Promise<void> {
  if (schema === undefined) return;
  for (const input of inputs) {
    const parsed = parseInput(schema, name, input);
    if (isThenable(parsed)) await parsed;
  }
}

/** A task whose schema is asked. */
interface Checked {
  readonly name: string;
  readonly schema: StandardSchemaV1 | undefined;
}

function parsedValue(result: unknown, task: string): unknown {
  if (!isResult(result))
    throw new OptionsInvalid(
      `The schema of task "${task}" answered with ${describeType(result)}, which is no result of a Standard Schema: mend its validate().`,
    );
  if (result.issues === undefined) return result.value;
  const issues = result.issues.map(readIssue);
  const list = issues.map(({ path, message }) => `\n  - ${path}: ${message}`).join("");
  throw new InputInvalid(`The input of task "${task}" does not fit its schema:${list}`, { details: { task, issues } });
}

function isResult(result: unknown): result is StandardSchemaV1.Result<unknown> {
  if (typeof result !== "object" || result === null) return false;
  return "issues" in result && result.issues !== undefined ? Array.isArray(result.issues) : "value" in result;
}

/** Read with care: what went wrong must be told, also where a library tells it badly. */
function readIssue(issue: Partial<StandardSchemaV1.Issue> | null | undefined): InputIssue {
  const steps = (issue?.path ?? []).map((step) => String(typeof step === "object" ? step?.key : step));
  return { path: ["$", ...steps].join("."), message: String(issue?.message ?? "does not fit") };
}
