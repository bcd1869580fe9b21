import type { Json } from "../kernel/json.ts";
import { standardError } from "../kernel/logger.ts";
import { type Column, formatTable } from "./table.ts";

/** A JSON object, as commands print them. */
export type JsonObject = { readonly [key: string]: Json | undefined };

/** Whether a command speaks to a program or to a person. */
export interface Format {
  readonly json?: boolean;
}

/** Prints what a command found: one JSON document on a line, or text for people. */
export function printDocument(format: Format, document: Json, human: () => string): void {
  process.stdout.write(`${format.json === true ? JSON.stringify(document) : human()}\n`);
}

/** Prints rows: a JSON document a line, or a table for people. Without rows a person reads `empty`, on standard error. */
export function printRows<Row>(
  format: Format,
  rows: readonly Row[],
  shape: { readonly toJson: (row: Row) => Json; readonly columns: readonly Column<Row>[]; readonly empty: string },
): void {
  if (format.json === true) {
    for (const row of rows) process.stdout.write(`${JSON.stringify(shape.toJson(row))}\n`);
    return;
  }
  if (rows.length === 0) printNote(format, shape.empty);
  else process.stdout.write(`${formatTable(rows, shape.columns)}\n`);
}

/** Tells a person something beside the output; programs are not told. */
export function printNote(format: Format, text: string): void {
  if (format.json !== true) standardError.write(`${text}\n`);
}
