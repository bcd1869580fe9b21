import { builtinModules } from "node:module";
import { posix } from "node:path";
import { findCycles } from "./cycles.ts";
import { engineImportersFrom, folderOf } from "./layers.ts";
import type { ModuleReference, SourceFile } from "./source-file.ts";

export type Rule =
  | "folder"
  | "layer"
  | "sibling"
  | "engine"
  | "cycle"
  | "file-length"
  | "function-length"
  | "any"
  | "unfinished"
  | "dependency"
  | "hidden-module";

/** One rule broken in one place. */
export interface Violation {
  readonly rule: Rule;
  /** `path:line`, relative to src/. */
  readonly at: string;
  readonly message: string;
}

/** What the package declares: packages that an installation has. */
export interface Manifest {
  readonly name: string;
  readonly dependencies?: Readonly<Record<string, string>>;
  readonly peerDependencies?: Readonly<Record<string, string>>;
}

const MAX_FILE_LINES = 400;
const MAX_FUNCTION_LINES = 60;

export function checkSourceFiles(files: readonly SourceFile[], manifest: Manifest): Violation[] {
  return [
    ...files.flatMap(checkText),
    ...checkHiddenModules(files),
    ...files.flatMap((file) => file.imports.flatMap((reference) => checkReference(file, reference, manifest))),
    ...checkCycles(files),
  ];
}

function checkText(file: SourceFile): Violation[] {
  const found: Violation[] = [];
  const add = (rule: Rule, line: number, message: string): void => {
    found.push({ rule, at: `${file.path}:${line}`, message });
  };
  if (folderOf(file.path) === undefined) {
    add("folder", 1, "this folder has no layer: add it to layers.ts and to the design");
  }
  if (file.lines > MAX_FILE_LINES) add("file-length", file.lines, `${file.lines} lines, over ${MAX_FILE_LINES}`);
  for (const { name, line, lines } of file.functions) {
    if (lines > MAX_FUNCTION_LINES) {
      add("function-length", line, `${name} has ${lines} lines, over ${MAX_FUNCTION_LINES}`);
    }
  }
  for (const line of file.anyTypes) add("any", line, "the type any: write unknown and narrow it");
  for (const line of file.unfinished) add("unfinished", line, "unfinished work is finished, or written as an issue");
  return found;
}

function checkHiddenModules(files: readonly SourceFile[]): Violation[] {
  const paths = new Set(files.map(({ path }) => path));
  return files.flatMap(({ path, hiddenModules }) =>
    hiddenModules
      .filter(({ specifier }) => paths.has(targetOf(path, specifier)))
      .map(({ specifier, line }) => ({
        rule: "hidden-module",
        at: `${path}:${line}`,
        message: `the build cannot rename ${specifier}: write new URL("${specifier}", import.meta.url)`,
      })),
  );
}

function checkReference(file: SourceFile, reference: ModuleReference, manifest: Manifest): Violation[] {
  const { specifier, line } = reference;
  const found = specifier.startsWith(".") ? checkFolders(file.path, specifier) : checkPackage(specifier, manifest);
  return found === undefined ? [] : [{ ...found, at: `${file.path}:${line}` }];
}

function checkFolders(path: string, specifier: string): Omit<Violation, "at"> | undefined {
  const from = folderOf(path);
  const to = folderOf(targetOf(path, specifier));
  // A folder without a layer is reported where its own files are.
  if (from === undefined || to === undefined || from.name === to.name) return undefined;
  if (from.layer === to.layer) {
    return { rule: "sibling", message: `${from.name} imports its sibling ${to.name}` };
  }
  if (to.layer > from.reach) {
    return { rule: "layer", message: `${from.name} may reach layer ${from.reach}; ${to.name} is layer ${to.layer}` };
  }
  if (to.name.startsWith("engines/") && from.layer < engineImportersFrom) {
    return { rule: "engine", message: `${from.name} is handed an engine, and does not import ${to.name}` };
  }
  return undefined;
}

function checkPackage(specifier: string, manifest: Manifest): Omit<Violation, "at"> | undefined {
  if (specifier.startsWith("node:") || builtinModules.includes(specifier)) return undefined;
  const name = specifier.split("/", specifier.startsWith("@") ? 2 : 1).join("/");
  if (name === manifest.name) {
    return { rule: "dependency", message: `${specifier} is this package: import the file by its path` };
  }
  const declared = { ...manifest.dependencies, ...manifest.peerDependencies };
  if (Object.hasOwn(declared, name)) return undefined;
  return { rule: "dependency", message: `${name} is neither a dependency nor a peer of the package` };
}

function checkCycles(files: readonly SourceFile[]): Violation[] {
  const graph = new Map(
    files.map(({ path, imports }) => [
      path,
      imports.filter(({ specifier }) => specifier.startsWith(".")).map(({ specifier }) => targetOf(path, specifier)),
    ]),
  );
  return findCycles(graph).map((cycle) => ({
    rule: "cycle",
    at: `${cycle[0]}:1`,
    message: [...cycle, cycle[0]].join(" → "),
  }));
}

function targetOf(path: string, specifier: string): string {
  return posix.join(posix.dirname(path), specifier);
}
