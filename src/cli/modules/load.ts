import { pathToFileURL } from "node:url";
import { ModuleInvalid } from "../../kernel/errors.ts";

/** A module of the user's, with what it exports. */
export interface LoadedModule {
  readonly path: string;
  readonly exports: Readonly<Record<string, unknown>>;
}

/**
 * Loads modules, one after the other, so that the first that fails is the one that is told of.
 * @throws ModuleInvalid (`MODULE_INVALID`) with what the module threw as `cause`, and what to do.
 */
export async function loadModules(paths: readonly string[]): Promise<readonly LoadedModule[]> {
  const loaded: LoadedModule[] = [];
  for (const path of paths) loaded.push({ path, exports: await load(path) });
  return loaded;
}

async function load(path: string): Promise<Readonly<Record<string, unknown>>> {
  try {
    return await import(pathToFileURL(path).href);
  } catch (error) {
    const { name, text, code, place } = describe(error, path);
    const advice = advices[code] ?? "Mend the module, or leave it out.";
    throw new ModuleInvalid(`Module ${path} cannot be loaded: ${name}: ${text}${place}. ${advice}`, {
      cause: error,
      details: { path },
    });
  }
}

// What Node says is exact, and leaves newcomers alone with it.
const advices: Readonly<Record<string, string>> = {
  ERR_MODULE_NOT_FOUND:
    'Install the package; for a file of your own, write its path with its extension: "./feeds.ts", not "./feeds".',
  ERR_UNSUPPORTED_TYPESCRIPT_SYNTAX:
    "Node runs TypeScript by leaving out the types: enums, namespaces and parameter properties need a build; give the built .js files then.",
  ERR_INVALID_TYPESCRIPT_SYNTAX: "Mend the syntax; `tsc --noEmit` shows the place.",
  ERR_UNSUPPORTED_NODE_MODULES_TYPE_STRIPPING: "Node runs no TypeScript from node_modules: give the built .js files.",
  ERR_UNKNOWN_FILE_EXTENSION: "Give .ts or .js modules (also .mts, .mjs, .cts, .cjs); .tsx and .jsx need a build.",
  ERR_PACKAGE_PATH_NOT_EXPORTED: "Import one of the entries that the package exports.",
};

interface Description {
  readonly name: string;
  readonly text: string;
  readonly code: string;
  /** ` (at FILE:LINE:COLUMN)`, or nothing. */
  readonly place: string;
}

function describe(error: unknown, path: string): Description {
  if (!(error instanceof Error)) return { name: "thrown", text: String(error), code: "", place: "" };
  const code = "code" in error && typeof error.code === "string" ? error.code : "";
  const place = placeIn(error.stack ?? "", path);
  return { name: error.name, text: error.message.replace(/\.$/, ""), code, place };
}

/** The first frame in a file of the user's, or the `FILE:LINE` that heads the stack of a syntax error. */
function placeIn(stack: string, path: string): string {
  const frames = stack
    .split("\n")
    .flatMap((line) => /((?:file:\/\/)?\/.*:\d+(?::\d+)?)\)?$/.exec(line.trim())?.[1] ?? []);
  const own = frames.find((frame) => frame.includes(path)) ?? frames.find((frame) => !frame.includes("/node_modules/"));
  return own === undefined ? "" : ` (at ${own.replace(/^file:\/\//, "")})`;
}
