import { readFileSync } from "node:fs";

/** Name and version of an installed peer. */
export function versionOf(name: string): string {
  const path = new URL(`../node_modules/${name}/package.json`, import.meta.url);
  const { version }: { version: string } = JSON.parse(readFileSync(path, "utf8"));
  return `${name} ${version}`;
}
