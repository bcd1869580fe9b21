import { EngineUnavailable } from "../../../kernel/errors.ts";
import type { RedisNode, RedisSettings } from "../options.ts";
import { createClient, type Driver } from "./driver.ts";

/**
 * The node of a Cluster that has the key: all keys of a namespace are in one slot, so one connection to its owner serves
 * them all, and messages published there reach who listens there in order. Asks the nodes of the URL, one after the other.
 */
export async function findOwner(driver: Driver, settings: RedisSettings, key: string): Promise<RedisNode> {
  const causes: unknown[] = [];
  for (const node of settings.nodes) {
    try {
      return await askForOwner(driver, settings, node, key);
    } catch (cause) {
      causes.push(cause);
    }
  }
  throw causes[0];
}

async function askForOwner(driver: Driver, settings: RedisSettings, node: RedisNode, key: string): Promise<RedisNode> {
  const client = await createClient(driver, settings, node);
  // What goes wrong is told by whoever waits for it.
  client.on("error", () => {});
  try {
    await client.connect();
    const slot = await client.call("CLUSTER", "KEYSLOT", key);
    const owner = ownerOf(Number(slot), await client.call("CLUSTER", "SLOTS"));
    if (owner === undefined)
      throw new EngineUnavailable(`No node of the Cluster at ${settings.place} has slot ${slot}.`);
    // A node that does not know its own address leaves it out.
    return { host: owner.host === "" ? node.host : owner.host, port: owner.port };
  } finally {
    client.disconnect();
  }
}

/** From the reply of CLUSTER SLOTS: ranges, each as first slot, last slot, and its nodes, the master first. */
function ownerOf(slot: number, ranges: unknown): RedisNode | undefined {
  if (!Array.isArray(ranges)) return undefined;
  for (const range of ranges) {
    if (!Array.isArray(range) || slot < Number(range[0]) || slot > Number(range[1])) continue;
    const master: unknown = range[2];
    if (Array.isArray(master)) return { host: String(master[0] ?? ""), port: Number(master[1]) };
  }
  return undefined;
}
