import { OptionsInvalid } from "../../kernel/errors.ts";

/** Where the Redis engine keeps its jobs, and how safely. */
export interface RedisEngineOptions {
  /**
   * `redis://user:password@host:6379/0`, `rediss://` for TLS; `redis+sentinel://host:26379,host2:26379/master/0`;
   * `redis+cluster://host:7000,host2:7000`. With TLS: `rediss+sentinel://`, `rediss+cluster://`; then `?ca=/path/ca.pem`
   * names who signed the server's certificate, and `cert` and `key` a certificate of this process. `?partitions=3` spreads
   * a namespace over the nodes of a Cluster (default 1).
   */
  readonly url: string;
  /** Part of the name of all its keys: several apps share one server without crosstalk. Default `"lovage"`. */
  readonly namespace?: string;
}

/** A server that is named by the URL: one to connect to, a Sentinel, or any node of a Cluster. */
export interface RedisNode {
  readonly host: string;
  readonly port: number;
}

/** The paths of files in PEM format; what is not named is Node's own. */
export interface TlsFiles {
  readonly ca: string | undefined;
  readonly cert: string | undefined;
  readonly key: string | undefined;
}

/** `RedisEngineOptions` after defaults and validation. Structured-cloneable. */
export interface RedisSettings {
  readonly kind: "standalone" | "sentinel" | "cluster";
  readonly nodes: readonly RedisNode[];
  /** The name under which the Sentinels know the master. */
  readonly master: string | undefined;
  readonly tls: boolean;
  readonly tlsFiles: TlsFiles;
  readonly username: string | undefined;
  readonly password: string | undefined;
  readonly database: number;
  /** `"replicated"`: pushes and exchanges are answered once a replica has them as well. */
  readonly durability: "acknowledged" | "replicated";
  readonly namespace: string;
  /** Parts of the namespace, each in a slot of its own; more than one only on a Cluster. */
  readonly partitions: number;
  /** Names the server in messages, without its password. */
  readonly place: string;
}

const SCHEME = /^(rediss?)(?:\+(sentinel|cluster))?:\/\//i;
const DEFAULT_PORTS = { standalone: 6379, sentinel: 26379, cluster: 6379 } as const;

/** @throws OptionsInvalid (`OPTIONS_INVALID`) with all mistakes. */
export function readRedisOptions({ url, namespace = "lovage" }: RedisEngineOptions): RedisSettings {
  const mistakes: string[] = [];
  const parts = splitUrl(url, mistakes);
  const { durability, tlsFiles, partitions } = readParameters(parts, mistakes);
  const nodes = readNodes(parts, mistakes);
  const [master, database] = readPath(parts, mistakes);
  const username = decode(parts.username, mistakes);
  const password = decode(parts.password, mistakes);
  if (mistakes.length > 0)
    throw new OptionsInvalid(`The Redis engine's URL does not fit: ${mistakes.join("; ")}.`, { details: { mistakes } });
  const place = `${nodes.map(({ host, port }) => `${host}:${port}`).join(",")}${master === undefined ? "" : `/${master}`}`;
  return {
    kind: parts.kind,
    tls: parts.tls,
    tlsFiles,
    nodes,
    master,
    username,
    password,
    database,
    durability,
    namespace,
    partitions,
    place,
  };
}

interface UrlParts {
  readonly kind: RedisSettings["kind"];
  readonly tls: boolean;
  readonly username: string | undefined;
  readonly password: string | undefined;
  readonly hosts: string;
  readonly path: string;
  readonly query: string;
}

// By hand: a URL of several hosts is none that the platform's parser takes.
function splitUrl(url: string, mistakes: string[]): UrlParts {
  const [start = "", scheme = "redis", kind = "standalone"] = SCHEME.exec(url) ?? [];
  if (start === "") mistakes.push('it does not begin with "redis://", "redis+sentinel://" or "redis+cluster://"');
  const [, user, hosts = "", path = "", query = ""] =
    /^(?:(.*)@)?([^/?]*)(?:\/([^?]*))?(?:\?(.*))?$/s.exec(url.slice(start.length)) ?? [];
  const [, username, password] = user === undefined ? [] : (/^([^:]*)(?::(.*))?$/s.exec(user) ?? []);
  return {
    kind: toKind(kind.toLowerCase()),
    tls: scheme.toLowerCase() === "rediss",
    username: username === "" ? undefined : username,
    password,
    ...{ hosts, path, query },
  };
}

function toKind(text: string): RedisSettings["kind"] {
  return text === "sentinel" || text === "cluster" ? text : "standalone";
}

function readNodes({ hosts, kind }: UrlParts, mistakes: string[]): readonly RedisNode[] {
  const names = hosts === "" ? ["127.0.0.1"] : hosts.split(",");
  if (kind === "standalone" && names.length > 1)
    mistakes.push('it names several hosts: write "redis+sentinel://" or "redis+cluster://"');
  return names.map((name) => {
    const [, host = "", port] = /^(\[[^\]]+\]|[^:]+)(?::(\d{1,5}))?$/.exec(name) ?? [];
    if (host === "" || Number(port ?? 1) > 65_535) mistakes.push(`${JSON.stringify(name)} is no host:port`);
    return { host: host.replace(/^\[|\]$/g, ""), port: port === undefined ? DEFAULT_PORTS[kind] : Number(port) };
  });
}

function readPath({ path, kind }: UrlParts, mistakes: string[]): [master: string | undefined, database: number] {
  const parts = path === "" ? [] : path.split("/");
  const master = kind === "sentinel" ? decode(parts.shift(), mistakes) : undefined;
  if (kind === "sentinel" && (master === undefined || master === ""))
    mistakes.push("it names no master: redis+sentinel://host:26379/NAME");
  const [database = "0", ...rest] = parts;
  if (!/^\d{1,5}$/.test(database) || rest.length > 0) mistakes.push(`"/${path}" names no database: write "/0"`);
  if (kind === "cluster" && database !== "0") mistakes.push("a Cluster has no databases but 0");
  return [master, Number(database)];
}

const PARAMETERS: readonly string[] = ["durability", "partitions", "ca", "cert", "key"];
// A process has two connections to each.
const MAX_PARTITIONS = 64;

function readParameters(
  { query, tls, kind }: UrlParts,
  mistakes: string[],
): Pick<RedisSettings, "durability" | "tlsFiles" | "partitions"> {
  const parameters = new URLSearchParams(query);
  for (const key of parameters.keys())
    if (!PARAMETERS.includes(key))
      mistakes.push(`${key} is not a parameter of a Redis URL; there are ${PARAMETERS.join(", ")}`);
  const durability = parameters.get("durability") ?? "acknowledged";
  const [ca, cert, key] = ["ca", "cert", "key"].map((name) => parameters.get(name) ?? undefined);
  if (!tls && (ca ?? cert ?? key) !== undefined) mistakes.push('ca, cert and key are for TLS: write "rediss"');
  if ((cert === undefined) !== (key === undefined)) mistakes.push("cert and key go together: one of them is missing");
  const read = {
    tlsFiles: { ca, cert, key },
    partitions: readPartitions(parameters.get("partitions"), kind, mistakes),
  };
  if (durability === "acknowledged" || durability === "replicated") return { durability, ...read };
  mistakes.push(`durability is ${JSON.stringify(durability)}, not "acknowledged" or "replicated"`);
  return { durability: "acknowledged", ...read };
}

function readPartitions(text: string | null, kind: RedisSettings["kind"], mistakes: string[]): number {
  if (text === null) return 1;
  const partitions = Number(text);
  if (!/^\d{1,2}$/.test(text) || partitions < 1 || partitions > MAX_PARTITIONS)
    mistakes.push(`partitions is ${JSON.stringify(text)}, not a number from 1 to ${MAX_PARTITIONS}`);
  else if (partitions > 1 && kind !== "cluster")
    mistakes.push('partitions are for the nodes of a Cluster: write "redis+cluster://"');
  return partitions;
}

function decode(text: string | undefined, mistakes: string[]): string | undefined {
  try {
    return text === undefined ? undefined : decodeURIComponent(text);
  } catch {
    mistakes.push('it has a "%" that is no escape: write "%25" for the sign itself');
    return undefined;
  }
}
