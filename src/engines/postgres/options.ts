import { OptionsInvalid } from "../../kernel/errors.ts";

/** Where the PostgreSQL engine keeps its jobs, and how it reaches them. */
export interface PostgresEngineOptions {
  /** `postgres://user:password@host:port/database`, with the parameters of `pg` such as `sslmode`. */
  readonly url: string;
  /** Each namespace has a schema of its own. A lower-case letter, then up to 30 of `a-z0-9_`. Default `"lovage"`. */
  readonly namespace?: string;
  /**
   * The schema of the namespace `lovage`; that of another one is `<schema>_<namespace>`. A lower-case letter, then up to
   * 30 of `a-z0-9_`. Default `"lovage"`.
   */
  readonly schema?: string;
  /**
   * How this process hears of what others did: `"on"` by LISTEN over the engine's URL; a URL that leads past a pooler in
   * transaction mode, by LISTEN over that; `"off"` by looking every 250 ms. Default `"on"`.
   */
  readonly listen?: "on" | "off" | (string & {});
  /**
   * Connections for statements, opened as they are needed; one more listens, and as many again are lent to handlers that
   * call `ctx.transaction()`. 1 to 50. Default 4.
   */
  readonly connections?: number;
}

/** `PostgresEngineOptions` after defaults and validation. Structured-cloneable. */
export interface PostgresSettings {
  readonly url: string;
  /** Host, port and database, for messages: the URL holds a password. */
  readonly place: string;
  readonly namespace: string;
  readonly schema: string;
  /** The URL to listen at; absent where the engine polls. */
  readonly listenUrl: string | undefined;
  readonly connections: number;
}

const NAME = /^[a-z][a-z0-9_]{0,30}$/;
const MAX_CONNECTIONS = 50;

/** @throws OptionsInvalid (`OPTIONS_INVALID`) with all mistakes. */
export function readPostgresOptions(options: PostgresEngineOptions): PostgresSettings {
  const { url, namespace = "lovage", schema = "lovage", listen = "on", connections = 4 } = options;
  const mistakes: string[] = [];
  const place = placeOf(url);
  if (place === undefined)
    mistakes.push("url is not the URL of a database: write postgres://user:password@host:port/database");
  for (const [name, value] of Object.entries({ namespace, schema }))
    if (!NAME.test(value))
      mistakes.push(
        `${name} is ${JSON.stringify(value)}: write a lower-case letter, then up to 30 lower-case letters, digits or _`,
      );
  if (listen !== "on" && listen !== "off" && placeOf(listen) === undefined)
    mistakes.push(`listen is neither "on" nor "off", nor the URL of a database`);
  if (!Number.isInteger(connections) || connections < 1 || connections > MAX_CONNECTIONS)
    mistakes.push(`connections is ${connections}, not a whole number from 1 to ${MAX_CONNECTIONS}`);
  if (place === undefined || mistakes.length > 0)
    throw new OptionsInvalid(`The options of the PostgreSQL engine do not fit: ${mistakes.join("; ")}.`, {
      details: { mistakes },
    });
  return {
    url,
    place,
    namespace,
    schema: namespace === "lovage" ? schema : `${schema}_${namespace}`,
    listenUrl: listen === "off" ? undefined : listen === "on" ? url : listen,
    connections,
  };
}

/**
 * Takes the engine's own parameters out of a URL; `pg` is given the others.
 * @throws OptionsInvalid (`OPTIONS_INVALID`)
 */
export function readPostgresUrl(text: string): Omit<PostgresEngineOptions, "namespace"> {
  const [address = "", query = ""] = text.split("?", 2);
  const parameters = new URLSearchParams(query);
  const take = (name: string): string | undefined => {
    const value = parameters.get(name) ?? undefined;
    parameters.delete(name);
    return value;
  };
  const [schema, listen, connections] = [take("schema"), take("listen"), take("connections")];
  const rest = parameters.toString();
  return {
    url: rest === "" ? address : `${address}?${rest}`,
    ...(schema === undefined ? {} : { schema }),
    ...(listen === undefined ? {} : { listen }),
    ...(connections === undefined ? {} : { connections: Number(connections) }),
  };
}

function placeOf(url: unknown): string | undefined {
  if (typeof url !== "string" || !/^postgres(ql)?:\/\//.test(url) || !URL.canParse(url)) return undefined;
  const { hostname, port, pathname } = new URL(url);
  return `${hostname || "localhost"}:${port || "5432"}${pathname}`;
}
