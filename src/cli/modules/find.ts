import { glob, realpath, stat } from "node:fs/promises";
import { resolve } from "node:path";
import { ModuleInvalid } from "../../kernel/errors.ts";

const MODULE_FILE = /(?<!\.d)\.[cm]?[jt]s$/;

/**
 * Turns paths and glob patterns into the files that they name, each once, in order. A shell that expands patterns
 * itself and one that does not (or quotes) come to the same.
 *
 * @throws ModuleInvalid (`MODULE_INVALID`) for a path that is no module, and for a pattern that matches none.
 */
export async function findModules(patterns: readonly string[], folder: string = process.cwd()): Promise<string[]> {
  const files = new Set<string>();
  for (const pattern of patterns) {
    for (const path of await expand(pattern, folder)) files.add(await realpath(path));
  }
  return [...files];
}

async function expand(pattern: string, folder: string): Promise<readonly string[]> {
  const path = resolve(folder, pattern);
  // First as a path: names such as "[id].ts" are patterns as well.
  const found = await stat(path).catch(() => undefined);
  if (found?.isDirectory()) {
    throw notFound(pattern, `is a folder: write "${pattern.replace(/\/$/, "")}/**/*.ts" for the modules in it`);
  }
  if (found !== undefined) return [path];
  if (!/[*?[\]{}]/.test(pattern)) throw notFound(pattern, `is not there (looked for in ${folder})`);
  const modules: string[] = [];
  for await (const match of glob(pattern, { cwd: folder, exclude: isForeign })) {
    if (MODULE_FILE.test(match)) modules.push(match);
  }
  if (modules.length === 0) throw notFound(pattern, `matches no .ts or .js file in ${folder}`);
  return modules.sort().map((match) => resolve(folder, match));
}

/** Whether a folder holds other people's modules, which a pattern over all folders does not mean. */
function isForeign(path: string): boolean {
  return /(^|[\\/])node_modules$/.test(path);
}

function notFound(pattern: string, problem: string): ModuleInvalid {
  return new ModuleInvalid(`Module ${JSON.stringify(pattern)} ${problem}.`, {
    details: { pattern, reason: "not-found" },
  });
}
