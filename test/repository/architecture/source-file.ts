import { readFileSync } from "node:fs";
import { join } from "node:path";
import { parseAst } from "rolldown/parseAst";

/** A place where a file names another module. */
export interface ModuleReference {
  readonly specifier: string;
  readonly line: number;
}

export interface FunctionExtent {
  readonly name: string;
  readonly line: number;
  readonly lines: number;
}

/** What the rules look at in one file of src/. */
export interface SourceFile {
  /** Relative to src/, with slashes. */
  readonly path: string;
  readonly lines: number;
  readonly imports: readonly ModuleReference[];
  readonly functions: readonly FunctionExtent[];
  /** Lines with the type `any`. */
  readonly anyTypes: readonly number[];
  /** Lines with a mark of unfinished work. */
  readonly unfinished: readonly number[];
  /** Texts that look like the path of a TypeScript file, where the build cannot see that a module is meant. */
  readonly hiddenModules: readonly ModuleReference[];
}

interface Node {
  readonly type: string;
  readonly start: number;
  readonly end: number;
}

interface Findings {
  readonly imports: ModuleReference[];
  readonly functions: FunctionExtent[];
  readonly anyTypes: number[];
  readonly hiddenModules: ModuleReference[];
  readonly lineAt: (offset: number) => number;
}

const FUNCTIONS: ReadonlySet<string> = new Set([
  "FunctionDeclaration",
  "FunctionExpression",
  "ArrowFunctionExpression",
]);
const IMPORTS: ReadonlySet<string> = new Set([
  "ImportDeclaration",
  "ExportNamedDeclaration",
  "ExportAllDeclaration",
  "ImportExpression",
  "TSImportType",
]);

export function readSourceFile(root: string, path: string): SourceFile {
  const text = readFileSync(join(root, path), "utf8");
  const lineAt = lineCounter(text);
  const findings: Findings = { imports: [], functions: [], anyTypes: [], hiddenModules: [], lineAt };
  visit(parseAst(text, { lang: "ts" }), "(anonymous)", findings);
  const unfinished = [...text.matchAll(/\b(TODO|FIXME|XXX)\b/g)].map((match) => lineAt(match.index));
  return { path, lines: text.trimEnd().split("\n").length, unfinished, ...findings };
}

function visit(node: Node, outerName: string, findings: Findings): void {
  const name = nameOf(node) ?? outerName;
  const { lineAt } = findings;
  if (FUNCTIONS.has(node.type)) {
    const line = lineAt(node.start);
    findings.functions.push({ name, line, lines: lineAt(node.end) - line + 1 });
  }
  if (node.type === "TSAnyKeyword") findings.anyTypes.push(lineAt(node.start));
  const specifier = specifierOf(node) ?? moduleUrlOf(node);
  if (specifier !== undefined) {
    findings.imports.push({ specifier, line: lineAt(node.start) });
    // A reference is complete in itself: the text in it was read here.
    return;
  }
  const hidden = modulePathOf(node);
  if (hidden !== undefined) findings.hiddenModules.push({ specifier: hidden, line: lineAt(node.start) });
  for (const child of childrenOf(node)) visit(child, name, findings);
}

function specifierOf(node: Node): string | undefined {
  return IMPORTS.has(node.type) ? textOf(member(node, "source")) : undefined;
}

/** `new URL("./thread.ts", import.meta.url)`, the way to name a module for a thread or a process. */
function moduleUrlOf(node: Node): string | undefined {
  const names = member(node, "arguments");
  if (node.type !== "NewExpression" || identifierOf(member(node, "callee")) !== "URL" || !Array.isArray(names)) {
    return undefined;
  }
  const text = textOf(names[0]);
  return text?.endsWith(".ts") ? text : undefined;
}

function modulePathOf(node: Node): string | undefined {
  const text = textOf(node);
  return text !== undefined && /^\.\.?\/.*\.ts$/.test(text) ? text : undefined;
}

function nameOf(node: Node): string | undefined {
  return identifierOf(member(node, "id")) ?? identifierOf(member(node, "key"));
}

function identifierOf(value: unknown): string | undefined {
  if (!isNode(value)) return undefined;
  const name = member(value, "name");
  return typeof name === "string" ? name : undefined;
}

function textOf(value: unknown): string | undefined {
  if (!isNode(value) || value.type !== "Literal") return undefined;
  const text = member(value, "value");
  return typeof text === "string" ? text : undefined;
}

function member(node: Node, name: string): unknown {
  return Reflect.get(node, name);
}

function childrenOf(node: Node): Node[] {
  return Object.values(node).flat().filter(isNode);
}

function isNode(value: unknown): value is Node {
  return typeof value === "object" && value !== null && "type" in value && "start" in value && "end" in value;
}

function lineCounter(text: string): (offset: number) => number {
  const starts = [0, ...[...text.matchAll(/\n/g)].map(({ index }) => index + 1)];
  return (offset) => {
    const after = starts.findIndex((start) => start > offset);
    return after === -1 ? starts.length : after;
  };
}
