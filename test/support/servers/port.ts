import { once } from "node:events";
import { createServer } from "node:net";

// Below the ports that the system hands out for outgoing connections (32,768 and above on Linux), so that none of these
// takes ours; and so is what a Redis Cluster adds for its bus.
const LOWEST = 12_000;
const COUNT = 10_000;
const CLUSTER_BUS_OFFSET = 10_000;

/** A port of this machine where nothing listens, nor at the port that a Redis Cluster would use for its bus. */
export async function freePort(): Promise<number> {
  for (;;) {
    const port = LOWEST + Math.floor(Math.random() * COUNT);
    if ((await isFree(port)) && (await isFree(port + CLUSTER_BUS_OFFSET))) return port;
  }
}

async function isFree(port: number): Promise<boolean> {
  const server = createServer().listen(port, "127.0.0.1");
  try {
    await once(server, "listening");
  } catch {
    return false;
  }
  server.close();
  await once(server, "close");
  return true;
}
