import { expect, test } from "vitest";
import * as errors from "../../src/kernel/errors.ts";

const { LovageError, errorCatalogue } = errors;

type ErrorClass = new (message: string, options?: errors.ErrorOptions) => errors.LovageError;

function isErrorClass(value: unknown): value is ErrorClass {
  return typeof value === "function" && value.prototype instanceof LovageError;
}

const exported = Object.entries<unknown>({ ...errors }).flatMap(([name, value]): [string, ErrorClass][] =>
  isErrorClass(value) ? [[name, value]] : [],
);

test("the catalogue holds every class, each under a code of its own", () => {
  expect(exported.length).toBeGreaterThan(25);
  expect(new Set(errorCatalogue.values())).toEqual(new Set(exported.map(([, errorClass]) => errorClass)));
  expect(errorCatalogue.size).toBe(exported.length);
});

test.each(exported)("%s has its name, a code, its cause and its details", (name, errorClass) => {
  const cause = new Error("why");
  const error = new errorClass("What happened.", { cause, details: { id: "7" } });
  expect(error).toMatchObject({ name, message: "What happened.", cause, details: { id: "7" } });
  expect(error.code).toMatch(/^[A-Z]+(_[A-Z]+)*$/);
  expect(error.stack).toMatch(new RegExp(`^(${name}|Error): What happened\\.`));
  expect(new errorClass("x")).not.toHaveProperty("cause");
});
