import { readFileSync } from "node:fs";
import { NodeTooOld } from "./errors.ts";

// package.json lies two folders above this file, in src/ as in dist/.
const manifest: { readonly version: string; readonly engines: { readonly node: string } } = JSON.parse(
  readFileSync(new URL("../../package.json", import.meta.url), "utf8"),
);

/** The version of Lovage that runs. */
export const version: string = manifest.version;

/**
 * Refuses to go on under a Node that is too old: later something would fail that names no version.
 * @throws NodeTooOld (`NODE_TOO_OLD`)
 */
export function requireNode(present: string = process.versions.node): void {
  const oldest = manifest.engines.node.replace(">=", "");
  if (!isOlder(present, oldest)) return;
  throw new NodeTooOld(`Lovage needs Node ${oldest} or later, and this is ${present}: install a newer one.`, {
    details: { oldest, present },
  });
}

/** By hand: `localeCompare` of the numbers loads a collation, which holds 2.4 MB in every process. */
function isOlder(version: string, than: string): boolean {
  const limits = than.split(".").map(Number);
  const numbers = version.split(".").map(Number);
  const first = limits.findIndex((limit, place) => numbers[place] !== limit);
  return first >= 0 && (numbers[first] ?? 0) < (limits[first] ?? 0);
}
