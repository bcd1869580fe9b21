import type { Engine } from "../engine/index.ts";
import { createMemoryEngine } from "../engines/memory/index.ts";
import { createSqliteEngine } from "../engines/sqlite/index.ts";
import type { Clock } from "../kernel/clock.ts";
import { EngineUnknown, OptionsInvalid } from "../kernel/errors.ts";

/** What an engine is made from. */
export interface EngineRequest {
  readonly url: string;
  readonly namespace: string;
  readonly clock: Clock;
}

type EngineFactory = (request: EngineRequest) => Engine;

// One row an engine. A client library that is not part of Node is imported by its engine's start().
const factories: Readonly<Record<string, EngineFactory>> = {
  memory: ({ namespace, clock }) => createMemoryEngine({ namespace, clock }),
  sqlite: ({ url, namespace }) => createSqliteEngine({ ...readSqliteUrl(url), namespace }),
};

/**
 * Makes the engine that a URL names; nothing is opened before its `start()`.
 * @throws EngineUnknown (`ENGINE_UNKNOWN`), OptionsInvalid (`OPTIONS_INVALID`)
 */
export function createEngine(request: EngineRequest): Engine {
  const scheme = /^([a-z][a-z0-9+.-]*):/i.exec(request.url)?.[1]?.toLowerCase();
  const factory = factories[scheme ?? ""];
  if (factory !== undefined) return factory(request);
  const known = Object.keys(factories)
    .map((name) => `"${name}:…"`)
    .join(" and ");
  // Only the scheme is shown: a URL may hold a password.
  throw new EngineUnknown(
    `${scheme === undefined ? "The engine's URL has no scheme" : `No engine answers to "${scheme}:"`}; there are ${known}. Example: LOVAGE_URL=sqlite:lovage.db`,
    { details: { scheme } },
  );
}

interface SqliteUrl {
  readonly path: string;
  readonly durability: "full" | "normal";
}

function readSqliteUrl(url: string): SqliteUrl {
  const [, rawPath = "", query = ""] = /^sqlite:([^?]*)\??(.*)$/i.exec(url) ?? [];
  const path = decodePath(rawPath.replace(/^\/\/(?=\/)/, ""));
  const parameters = new URLSearchParams(query);
  const durability = parameters.get("durability") ?? "full";
  const mistakes = [...parameters.keys()]
    .filter((key) => key !== "durability")
    .map((key) => `${key} is not a parameter of a SQLite URL; there is durability`);
  if (path === undefined) mistakes.push('it has a "%" that is no escape: write "%25" for the sign itself');
  else if (path === "" || path.startsWith(":") || path.startsWith("//"))
    mistakes.push(
      'it names no file: write "sqlite:lovage.db" or "sqlite:/var/lib/app/lovage.db"; without a file there is "memory:"',
    );
  if (durability !== "full" && durability !== "normal")
    mistakes.push(`durability is ${JSON.stringify(durability)}, not "full" or "normal"`);
  if (path === undefined || mistakes.length > 0)
    throw new OptionsInvalid(`The engine's URL ${JSON.stringify(url)} does not fit: ${mistakes.join("; ")}.`, {
      details: { mistakes },
    });
  return { path, durability: durability === "normal" ? "normal" : "full" };
}

function decodePath(rawPath: string): string | undefined {
  try {
    return decodeURIComponent(rawPath);
  } catch {
    // The only failure there is: a malformed escape, which the caller is told of.
    return undefined;
  }
}
