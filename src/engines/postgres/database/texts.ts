import { readdirSync, readFileSync } from "node:fs";
import { REMOVED, SKIPPED } from "../../../engine/index.ts";

export interface SqlFile {
  /** Without `.sql`. */
  readonly name: string;
  readonly text: string;
}

/*
 * How the functions are planned: by the indexes that their comments name, and once. The tables are empty at one moment
 * and hold a million rows at the next, so a plan that follows statistics would be wrong at one of them; and a plan with a
 * forbidden scan looks so dear that the server would compile it.
 */
const PLAN = [
  "SET enable_seqscan = off",
  "SET enable_hashjoin = off",
  "SET enable_mergejoin = off",
  "SET jit = off",
  "SET plan_cache_mode = force_generic_plan",
].join(" ");

const texts = new Map<string, string>();

/** The statement of `sql/<name>.sql` for a schema. */
export function readSql(name: string, schema: string): string {
  let text = texts.get(name);
  if (text === undefined) {
    text = readFileSync(new URL(`../sql/${name}.sql`, import.meta.url), "utf8");
    texts.set(name, text);
  }
  return fill(text, schema);
}

/** The files of `migrations/`, in order of their numbers. */
export function readMigrations(schema: string): readonly SqlFile[] {
  return readFolder(new URL("../migrations/", import.meta.url), schema);
}

/** The files of `functions/`. */
export function readFunctions(schema: string): readonly SqlFile[] {
  return readFolder(new URL("../functions/", import.meta.url), schema);
}

function readFolder(folder: URL, schema: string): readonly SqlFile[] {
  return readdirSync(folder)
    .filter((file) => file.endsWith(".sql"))
    .sort()
    .map((file) => ({
      name: file.slice(0, -".sql".length),
      text: fill(readFileSync(new URL(file, folder), "utf8"), schema),
    }));
}

function fill(text: string, schema: string): string {
  return text
    .replaceAll("{schema}", schema)
    .replaceAll("{plan}", PLAN)
    .replaceAll("{skipped}", quotable(SKIPPED.reason))
    .replaceAll("{removed}", quotable(REMOVED.reason));
}

/** Between quotes in SQL. */
function quotable(text: string): string {
  return text.replaceAll("'", "''");
}
