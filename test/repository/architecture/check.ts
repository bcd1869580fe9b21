import { globSync, readFileSync } from "node:fs";
import { join, sep } from "node:path";
import { checkSourceFiles, type Manifest, type Violation } from "./rules.ts";
import { readSourceFile } from "./source-file.ts";

/** Checks `<root>/src` against the rules of the house, and what it imports against `<root>/package.json`. */
export function checkArchitecture(root: string): Violation[] {
  const source = join(root, "src");
  const manifest: Manifest = JSON.parse(readFileSync(join(root, "package.json"), "utf8"));
  const paths = globSync("**/*.ts", { cwd: source }).map((path) => path.split(sep).join("/"));
  return checkSourceFiles(
    paths.toSorted().map((path) => readSourceFile(source, path)),
    manifest,
  );
}
