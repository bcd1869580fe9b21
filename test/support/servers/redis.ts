import type { Requirement } from "../requirement.ts";
import { serverFolder } from "./folder.ts";
import { freePort } from "./port.ts";
import { PrivateServer } from "./private-server.ts";
import { findProgram, programPath } from "./program.ts";
import { askRedis, type Reply } from "./resp.ts";
import { until } from "./until.ts";

/** What a private Redis, of any kind, is started from. */
export const redisProgram: Requirement = {
  name: "redis-private",
  met: findProgram("redis-server") !== undefined,
  install: "apt-get install redis-server",
};

export interface RedisOptions {
  /** When the append-only file is flushed. Without it nothing is written, and a restart forgets all. */
  readonly appendfsync?: "always" | "everysec" | "no";
  /** As Redis writes it, such as `"64mb"`; what does not fit is refused (`noeviction`). */
  readonly maxmemory?: string;
  /** It follows this server. */
  readonly replicaOf?: RedisServer;
  /** Any other setting of redis.conf. */
  readonly settings?: Readonly<Record<string, string>>;
}

/** A Redis server of a test's own. */
export class RedisServer extends PrivateServer {
  readonly port: number;
  readonly url: string;

  constructor(port: number, settings: Readonly<Record<string, string>>, mode: readonly string[] = []) {
    const folder = serverFolder("redis");
    const url = `redis://127.0.0.1:${port}`;
    const given = Object.entries(settings).flatMap(([name, value]) => [`--${name}`, ...value.split(" ")]);
    super({
      name: "redis-server",
      folder,
      command: [programPath("redis-server"), ...mode, "--port", String(port), "--bind", "127.0.0.1", ...given],
      stopSignal: "SIGTERM",
      answers: async () => {
        await askRedis(url, "PING");
      },
    });
    this.port = port;
    this.url = url;
  }

  /** Asks it over a connection of its own. */
  ask(...command: readonly string[]): Promise<Reply> {
    return askRedis(this.url, ...command);
  }
}

/** Starts a Redis server on a free port; a replica is returned when it has caught up. */
export async function startRedis(options: RedisOptions = {}): Promise<RedisServer> {
  const server = new RedisServer(await freePort(), settingsOf(options));
  await server.start();
  if (options.replicaOf !== undefined) await caughtUp(server, options.replicaOf);
  return server;
}

function settingsOf({ appendfsync, maxmemory, replicaOf, settings }: RedisOptions): Record<string, string> {
  return {
    save: "",
    ...(appendfsync === undefined ? {} : { appendonly: "yes", appendfsync }),
    ...(maxmemory === undefined ? {} : { maxmemory, "maxmemory-policy": "noeviction" }),
    ...(replicaOf === undefined ? {} : { replicaof: `127.0.0.1 ${replicaOf.port}` }),
    // A replica is caught up at once, instead of after the 5 s for which the master waits for others to copy.
    "repl-diskless-sync-delay": "0",
    ...settings,
  };
}

/**
 * Waits until a replica has acknowledged what its master has. That its link is up is not enough: the master keeps back what
 * it writes until the replica reports for the first time, up to a second later.
 */
export async function caughtUp(replica: RedisServer, master: RedisServer): Promise<void> {
  await until("the replica follows its master", async () => {
    const state = String(await master.ask("INFO", "replication"));
    const written = /master_repl_offset:(\d+)/.exec(state)?.[1];
    if (!state.includes(`port=${replica.port},state=online,offset=${written},`)) throw new Error(state);
  });
}
