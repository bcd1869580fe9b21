import type { StandardSchemaV1 } from "@standard-schema/spec";
import { InputInvalid } from "../kernel/errors.ts";

/** One thing that a schema found wrong. */
export interface InputIssue {
  readonly path: string;
  readonly message: string;
}

/**
 * Runs a Standard Schema (https://standardschema.dev, v1) over an input and gives the parsed value.
 * @throws InputInvalid (`INPUT_INVALID`) with `details.issues`.
 */
export function parseInput(schema: StandardSchemaV1, task: string, input: unknown): unknown {
  const result = schema["~standard"].validate(input);
  return result instanceof Promise ? result.then((settled) => parsedValue(settled, task)) : parsedValue(result, task);
}

function parsedValue(result: StandardSchemaV1.Result<unknown>, task: string): unknown {
  if (result.issues === undefined) return result.value;
  const issues = result.issues.map(readIssue);
  const list = issues.map(({ path, message }) => `\n  - ${path}: ${message}`).join("");
  throw new InputInvalid(`The input of task "${task}" does not fit its schema:${list}`, { details: { task, issues } });
}

function readIssue(issue: StandardSchemaV1.Issue): InputIssue {
  const steps = (issue.path ?? []).map((step) => String(typeof step === "object" ? step.key : step));
  return { path: ["$", ...steps].join("."), message: issue.message };
}
