import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";

/** The operations: one file of `scripts/` each. */
export type ScriptName =
  | ("open" | "push" | "exchange" | "progress" | "wait" | "leave" | "watch")
  | ("register" | "renew" | "beat" | "deregister" | "rescue")
  | ("promote" | "expire" | "prune")
  | ("ended" | "store" | "drop")
  | ("get" | "list" | "bulk" | "pause" | "queues" | "counts" | "workers");

export const scriptNames: readonly ScriptName[] = [
  ...(["open", "push", "exchange", "progress", "wait", "leave", "watch"] as const),
  ...(["register", "renew", "beat", "deregister", "rescue"] as const),
  ...(["promote", "expire", "prune"] as const),
  ...(["ended", "store", "drop"] as const),
  ...(["get", "list", "bulk", "pause", "queues", "counts", "workers"] as const),
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
    const text = compose(`${name}.lua`, new Set());
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
  const used = /^-- uses ([\w, ]+)$/m.exec(text)?.[1]?.split(", ") ?? [];
  const parts = used
    .map((name) => `lib/${name}.lua`)
    .map((path) => (included.has(path) ? "" : compose(path, included)));
  return [...parts, text.replaceAll(/^\s*--.*\n/gm, "")].join("");
}
