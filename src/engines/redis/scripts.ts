import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";

/** The operations: one file of `scripts/` each. */
export type ScriptName =
  | ("open" | "push" | "exchange" | "slots" | "progress" | "wait" | "leave" | "watch")
  | ("reserve" | "unreserve" | "post")
  | ("register" | "renew" | "beat" | "deregister" | "rescue")
  | ("promote" | "expire" | "prune")
  | ("ended" | "store" | "drop")
  | ("record-get" | "record-list" | "record-due" | "record-write")
  | ("get" | "list" | "count" | "bulk" | "pause" | "queues" | "counts" | "workers");

export const scriptNames: readonly ScriptName[] = [
  ...(["open", "push", "exchange", "slots", "progress", "wait", "leave", "watch"] as const),
  ...(["reserve", "unreserve", "post"] as const),
  ...(["register", "renew", "beat", "deregister", "rescue"] as const),
  ...(["promote", "expire", "prune"] as const),
  ...(["ended", "store", "drop"] as const),
  ...(["record-get", "record-list", "record-due", "record-write"] as const),
  ...(["get", "list", "count", "bulk", "pause", "queues", "counts", "workers"] as const),
];

/** A script as Redis knows it. */
export interface Script {
  readonly name: ScriptName;
  readonly text: string;
  readonly sha: string;
  /** Whether its reply begins with the marks of `scripts/lib/history.lua`. */
  readonly hasMarks: boolean;
}

const scripts = new Map<ScriptName, Script>();

/** The text of `scripts/<name>.lua` after that of the files of `scripts/lib/` that it says it uses. */
export function scriptNamed(name: ScriptName): Script {
  let script = scripts.get(name);
  if (script === undefined) {
    const text = putConstantsIn(compose(`${name}.lua`, new Set()));
    const hasMarks = text.includes("local marks = history()");
    script = { name, text, sha: createHash("sha1").update(text).digest("hex"), hasMarks };
    scripts.set(name, script);
  }
  return script;
}

/** Each file once, after those that it uses. Comments stay here: the server keeps every script's text. */
function compose(file: string, included: Set<string>): string {
  included.add(file);
  const text = readFileSync(new URL(`./scripts/${file}`, import.meta.url), "utf8");
  const used = /^-- uses ([\w, -]+)$/m.exec(text)?.[1]?.split(", ") ?? [];
  const parts = used
    .map((name) => `lib/${name}.lua`)
    .map((path) => (included.has(path) ? "" : compose(path, included)));
  return [...parts, text.replaceAll(/^\s*--.*\n/gm, "")].join("");
}

/**
 * Puts the constants, `local NAME = literal`, where they are used. To make a function, Lua searches each name that it
 * takes from outside in a list of all names so taken: every script makes its functions anew at each call, which is half of
 * the time of a short one.
 */
function putConstantsIn(text: string): string {
  const constants = new Map<string, string>();
  const names = "[A-Z][A-Z_]*";
  const literal = "-?\\d+|'[^'\\\\]*'";
  const declaration = new RegExp(`^ *local (${names}(?:, ${names})*) = ((?:${literal})(?:, (?:${literal}))*)\\n`, "gm");
  const rest = text.replaceAll(declaration, (_, declared: string, given: string) => {
    const values = given.split(", ");
    for (const [index, name] of declared.split(", ").entries()) constants.set(name, values[index] ?? "nil");
    return "";
  });
  return rest.replaceAll(/'[^'\n]*'|\b[A-Z][A-Z_]*\b/g, (word) => constants.get(word) ?? word);
}
