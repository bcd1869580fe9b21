import { writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Requirement } from "../requirement.ts";
import { serverFolder } from "./folder.ts";
import { freePort } from "./port.ts";
import { PrivateServer } from "./private-server.ts";
import { programPath } from "./program.ts";
import { type RedisOptions, type RedisServer, redisProgram, startRedis } from "./redis.ts";
import { askRedis, type Reply } from "./resp.ts";
import { until } from "./until.ts";

/** What sentinels are started from: the server's own program. */
export const redisSentinelProgram: Requirement = { ...redisProgram, name: "redis-sentinel" };

const SENTINELS = 3;
const QUORUM = 2;
const MASTER_NAME = "lovage";

export interface RedisSentinelOptions extends Omit<RedisOptions, "replicaOf"> {
  /** How long the master may be silent before the sentinels replace it. */
  readonly downAfterMs?: number;
}

/** One sentinel process. */
export class Sentinel extends PrivateServer {
  readonly port: number;
  readonly url: string;

  constructor(port: number, configuration: readonly string[]) {
    const folder = serverFolder("sentinel");
    const file = join(folder, "sentinel.conf");
    writeFileSync(file, `${configuration.join("\n")}\n`);
    const url = `redis://127.0.0.1:${port}`;
    super({
      name: "redis-sentinel",
      folder,
      command: [programPath("redis-server"), file, "--sentinel", "--port", String(port), "--bind", "127.0.0.1"],
      stopSignal: "SIGTERM",
      answers: async () => {
        await askRedis(url, "PING");
      },
    });
    this.port = port;
    this.url = url;
  }

  ask(...command: readonly string[]): Promise<Reply> {
    return askRedis(this.url, ...command);
  }
}

/** A master with one replica, and three sentinels that watch over them. */
export interface RedisSentinels {
  /** By which the sentinels know the master. */
  readonly name: string;
  /** The master at the start. */
  readonly master: RedisServer;
  /** The replica at the start. */
  readonly replica: RedisServer;
  readonly sentinels: readonly Sentinel[];
  /** The URL of the master that the sentinels name now. */
  masterUrl(): Promise<string>;
  close(): Promise<void>;
}

/** Starts a Redis under the watch of sentinels, and returns when all of these know each other and the replica. */
export async function startRedisSentinel({
  downAfterMs = 1000,
  ...options
}: RedisSentinelOptions = {}): Promise<RedisSentinels> {
  const master = await startRedis(options);
  const started: PrivateServer[] = [master];
  const close = async (): Promise<void> => {
    await Promise.all(started.map((server) => server.close()));
  };
  try {
    const replica = await startRedis({ ...options, replicaOf: master });
    started.push(replica);
    const sentinels = await startSentinels(master, downAfterMs);
    started.push(...sentinels);
    await until("the sentinels know each other and the replica", () => everySentinelKnowsAll(sentinels));
    return { name: MASTER_NAME, master, replica, sentinels, masterUrl: () => masterUrl(sentinels), close };
  } catch (error) {
    await close();
    throw error;
  }
}

async function startSentinels(master: RedisServer, downAfterMs: number): Promise<readonly Sentinel[]> {
  const configuration = [
    `sentinel monitor ${MASTER_NAME} 127.0.0.1 ${master.port} ${QUORUM}`,
    `sentinel down-after-milliseconds ${MASTER_NAME} ${downAfterMs}`,
    // After which a failover that came to nothing is tried again.
    `sentinel failover-timeout ${MASTER_NAME} ${downAfterMs * 5}`,
  ];
  const starting = Array.from({ length: SENTINELS }, async () => {
    const sentinel = new Sentinel(await freePort(), configuration);
    await sentinel.start();
    return sentinel;
  });
  return Promise.all(starting);
}

async function everySentinelKnowsAll(sentinels: readonly Sentinel[]): Promise<void> {
  for (const sentinel of sentinels) {
    const state = String(await sentinel.ask("SENTINEL", "MASTER", MASTER_NAME));
    if (!state.includes("num-slaves,1,") || !state.includes(`num-other-sentinels,${SENTINELS - 1},`))
      throw new Error(state);
  }
}

async function masterUrl(sentinels: readonly Sentinel[]): Promise<string> {
  const answers = await Promise.allSettled(
    sentinels.map((sentinel) => sentinel.ask("SENTINEL", "GET-MASTER-ADDR-BY-NAME", MASTER_NAME)),
  );
  const known = answers.flatMap((answer) => (answer.status === "fulfilled" ? [String(answer.value)] : []));
  // During a failover the one that led it knows first.
  const agreed = known.find((address) => known.filter((other) => other === address).length >= QUORUM);
  if (agreed === undefined) throw new Error(`The sentinels do not agree on a master: ${known.join(" ")}.`);
  return `redis://${agreed.replace(",", ":")}`;
}
