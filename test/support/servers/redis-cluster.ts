import type { Requirement } from "../requirement.ts";
import { freePort } from "./port.ts";
import { caughtUp, RedisServer, redisProgram } from "./redis.ts";
import { until } from "./until.ts";

/** What a cluster is started from. */
export const redisClusterProgram: Requirement = { ...redisProgram, name: "redis-cluster" };

const SLOTS = 16_384;
const MASTERS = 3;

export interface RedisClusterOptions {
  /** Replicas of each master (default 0); with some, a master that dies is replaced by one of its own. */
  readonly replicas?: number;
  /** How long a node may be silent before the others take it for dead. */
  readonly nodeTimeoutMs?: number;
  /** Any other setting of redis.conf, for all nodes. */
  readonly settings?: Readonly<Record<string, string>>;
}

/** A Redis Cluster of a test's own: three masters with a third of the slots each. */
export interface RedisCluster {
  /** The masters at the start; each can be killed, frozen and started again. */
  readonly masters: readonly RedisServer[];
  /** The replicas at the start: those of the first master first. */
  readonly replicas: readonly RedisServer[];
  /** One URL a node. */
  readonly urls: readonly string[];
  close(): Promise<void>;
}

/** Starts a Redis Cluster, and returns when every node finds it healthy. */
export async function startRedisCluster(options: RedisClusterOptions = {}): Promise<RedisCluster> {
  const { replicas: replicasEach = 0 } = options;
  const nodes: RedisServer[] = [];
  const close = async (): Promise<void> => {
    await Promise.all(nodes.map((node) => node.close()));
  };
  try {
    for (let index = 0; index < MASTERS * (1 + replicasEach); index++) nodes.push(await startNode(options));
    const masters = nodes.slice(0, MASTERS);
    const replicas = nodes.slice(MASTERS);
    await join(nodes);
    await Promise.all(masters.map((master, index) => assignSlots(master, index)));
    await Promise.all(replicas.map((replica, index) => follow(replica, masters[Math.floor(index / replicasEach)])));
    await until("every node finds the cluster healthy", () => everyNodeIsHealthy(nodes));
    return { masters, replicas, urls: nodes.map(({ url }) => url), close };
  } catch (error) {
    await close();
    throw error;
  }
}

async function startNode({ nodeTimeoutMs = 1000, settings }: RedisClusterOptions): Promise<RedisServer> {
  const node = new RedisServer(await freePort(), {
    save: "",
    appendonly: "yes",
    "cluster-enabled": "yes",
    "cluster-node-timeout": String(nodeTimeoutMs),
    "repl-diskless-sync-delay": "0",
    ...settings,
  });
  await node.start();
  return node;
}

async function join(nodes: readonly RedisServer[]): Promise<void> {
  const [first, ...others] = nodes;
  // Before they meet, so that no two claim the same epoch and must find out whose is newer.
  await Promise.all(nodes.map((node, index) => node.ask("CLUSTER", "SET-CONFIG-EPOCH", String(index + 1))));
  for (const { port } of others) await first?.ask("CLUSTER", "MEET", "127.0.0.1", String(port));
  await until("every node knows all others", async () => {
    for (const node of nodes) {
      const known = String(await node.ask("CLUSTER", "NODES"));
      if (known.trim().split("\n").length < nodes.length || known.includes("handshake")) throw new Error(known);
    }
  });
}

/** One by one and not as a range, which Redis knows only since 7.0. */
async function assignSlots(master: RedisServer, index: number): Promise<void> {
  const first = Math.floor((SLOTS * index) / MASTERS);
  const end = Math.floor((SLOTS * (index + 1)) / MASTERS);
  const slots = Array.from({ length: end - first }, (_, offset) => String(first + offset));
  await master.ask("CLUSTER", "ADDSLOTS", ...slots);
}

async function follow(replica: RedisServer, master: RedisServer | undefined): Promise<void> {
  if (master === undefined) throw new Error("There is no master to follow.");
  await replica.ask("CLUSTER", "REPLICATE", String(await master.ask("CLUSTER", "MYID")));
  await caughtUp(replica, master);
}

async function everyNodeIsHealthy(nodes: readonly RedisServer[]): Promise<void> {
  for (const node of nodes) {
    const state = String(await node.ask("CLUSTER", "INFO"));
    if (!state.includes("cluster_state:ok") || !state.includes(`cluster_slots_ok:${SLOTS}`)) throw new Error(state);
  }
}
