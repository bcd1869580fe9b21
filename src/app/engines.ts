import type { Engine } from "../engine/index.ts";
import { readPostgresOptions, readPostgresUrl } from "../engines/postgres/options.ts";
import { readRedisOptions } from "../engines/redis/options.ts";
import { readSqliteOptions } from "../engines/sqlite/options.ts";
import type { Clock } from "../kernel/clock.ts";
import { EngineUnknown, OptionsInvalid } from "../kernel/errors.ts";
import type { Logger } from "../kernel/logger.ts";
import { NO_RESULTS, resultsNamespace } from "../kernel/options/index.ts";
import { EngineOnDemand, type EngineOutline } from "./engine-on-demand.ts";

/** What an engine is made from. */
export interface EngineRequest {
  readonly url: string;
  /** Where the jobs are that have ended, if that is elsewhere; `"none"`: nowhere. */
  readonly resultsUrl?: string | undefined;
  readonly namespace: string;
  readonly clock: Clock;
  /** What the engine notices by itself, and no caller is there to be told. */
  readonly logger: Logger;
}

interface EngineKind extends EngineOutline {
  /** Throws what is wrong with the request: at once, and without the engine's code. */
  readonly check: (request: EngineRequest) => void;
  readonly load: (request: EngineRequest) => Promise<Engine>;
}

const memory: EngineKind = {
  kind: "memory",
  capabilities: { transactions: false, processes: false, results: true },
  check: () => {},
  load: async (request) => (await import("../engines/memory/index.ts")).createMemoryEngine(request),
};

const sqlite: EngineKind = {
  kind: "sqlite",
  capabilities: { transactions: true, processes: true, results: true },
  check: ({ url, namespace }) => void readSqliteOptions({ ...readSqliteUrl(url), namespace }),
  load: async ({ url, namespace, logger }) =>
    (await import("../engines/sqlite/index.ts")).createSqliteEngine({ ...readSqliteUrl(url), namespace, logger }),
};

const redis: EngineKind = {
  kind: "redis",
  capabilities: { transactions: false, processes: true, results: true },
  check: (request) => void readRedisOptions(request),
  load: async (request) => (await import("../engines/redis/index.ts")).createRedisEngine(request),
};

const postgres: EngineKind = {
  kind: "postgres",
  capabilities: { transactions: true, processes: true, results: true },
  check: ({ url, namespace }) => void readPostgresOptions({ ...readPostgresUrl(url), namespace }),
  load: async ({ url, namespace }) =>
    (await import("../engines/postgres/index.ts")).createPostgresEngine({ ...readPostgresUrl(url), namespace }),
};

const kindByScheme: Readonly<Record<string, EngineKind>> = {
  memory,
  sqlite,
  postgres,
  postgresql: postgres,
  redis,
  rediss: redis,
  "redis+sentinel": redis,
  "rediss+sentinel": redis,
  "redis+cluster": redis,
  "rediss+cluster": redis,
};

/**
 * Makes the engine that a URL names; nothing is opened before its `start()`.
 * @throws EngineUnknown (`ENGINE_UNKNOWN`), OptionsInvalid (`OPTIONS_INVALID`)
 */
export function createEngine(request: EngineRequest): Engine {
  return request.resultsUrl === undefined ? createOne(request) : createComposed(request, request.resultsUrl);
}

function createComposed(request: EngineRequest, resultsUrl: string): Engine {
  const { clock, logger } = request;
  const broker = createOne(request);
  const namespace = resultsNamespace(request.namespace);
  const results = resultsUrl === NO_RESULTS ? undefined : createOne({ ...request, url: resultsUrl, namespace });
  if (results?.capabilities.processes === false && broker.capabilities.processes)
    throw new OptionsInvalid(
      `results is of the ${results.kind} engine, which ends with its process and which no other one sees, while the broker is shared: name a store that is shared too.`,
    );
  const { transactions, processes } = broker.capabilities;
  const outline = {
    kind: `${broker.kind}+${results?.kind ?? NO_RESULTS}`,
    capabilities: { transactions, processes, results: results !== undefined },
  };
  return new EngineOnDemand(outline, async () =>
    (await import("../engines/composed/index.ts")).createComposedEngine({ broker, results, clock, logger }),
  );
}

function createOne(request: EngineRequest): Engine {
  const scheme = /^([a-z][a-z0-9+.-]*):/i.exec(request.url)?.[1]?.toLowerCase();
  const kind = kindByScheme[scheme ?? ""];
  if (kind !== undefined) {
    kind.check(request);
    return new EngineOnDemand(kind, () => kind.load(request));
  }
  const known = Object.keys(kindByScheme)
    .map((name) => `"${name}:…"`)
    .join(", ");
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
