import { readFile } from "node:fs/promises";
import type { Redis, RedisOptions } from "ioredis";
import { EngineUnknown, OptionsInvalid } from "../../../kernel/errors.ts";
import type { RedisNode, RedisSettings } from "../options.ts";

export type Driver = Pick<typeof import("ioredis"), "Redis">;

let driver: Promise<Driver> | undefined;

/** The client library, loaded on first use. @throws EngineUnknown (`ENGINE_UNKNOWN`) where it is not installed. */
export function loadDriver(): Promise<Driver> {
  driver ??= importDriver();
  return driver;
}

async function importDriver(): Promise<Driver> {
  try {
    return await import("ioredis");
  } catch (cause) {
    driver = undefined;
    throw new EngineUnknown("The Redis engine needs the package ioredis: npm install ioredis@6", { cause });
  }
}

const CONNECT_MS = 5_000;
// A server that vanished without a word is noticed by the kernel as well, when nothing is asked of it.
const KEEP_ALIVE_MS = 10_000;

/**
 * A client of one server that neither connects again nor repeats commands: what was in flight when a connection broke
 * fails at once, and who owns the connection makes the next one.
 */
export async function createClient({ Redis }: Driver, settings: RedisSettings, node: RedisNode): Promise<Redis> {
  return new Redis({ ...node, ...(await clientOptions(settings)) });
}

/** The same of the master that the Sentinels name at present. */
export async function createSentinelClient({ Redis }: Driver, settings: RedisSettings): Promise<Redis> {
  return new Redis({
    sentinels: settings.nodes.map(({ host, port }) => ({ host, port })),
    name: settings.master ?? "",
    sentinelRetryStrategy: () => null,
    enableTLSForSentinelMode: settings.tls,
    ...(await clientOptions(settings)),
  });
}

async function clientOptions(settings: RedisSettings): Promise<RedisOptions> {
  const { tls, username, password, database } = settings;
  return {
    ...(tls ? { tls: await readTlsFiles(settings) } : {}),
    ...(username === undefined ? {} : { username }),
    ...(password === undefined ? {} : { password }),
    db: database,
    lazyConnect: true,
    connectTimeout: CONNECT_MS,
    keepAlive: KEEP_ALIVE_MS,
    connectionName: "lovage",
    enableOfflineQueue: false,
    autoResubscribe: false,
    autoResendUnfulfilledCommands: false,
    maxRetriesPerRequest: null,
    retryStrategy: () => null,
  };
}

/** Anew for each connection: certificates are renewed while a process runs. */
async function readTlsFiles({ tlsFiles }: RedisSettings): Promise<Record<string, Buffer>> {
  const contents: Record<string, Buffer> = {};
  for (const [name, path] of Object.entries(tlsFiles)) {
    if (path === undefined) continue;
    try {
      contents[name] = await readFile(path);
    } catch (cause) {
      throw new OptionsInvalid(
        `The file that "${name}" names in the Redis URL cannot be read: ${path}. Correct the path, or let this user read it.`,
        { cause, details: { parameter: name, path } },
      );
    }
  }
  return contents;
}
