import type { RenewalConnection } from "../../engine/index.ts";
import { Commands } from "./connection/commands.ts";
import { Keyspace } from "./keyspace.ts";
import type { RedisSettings } from "./options.ts";
import { pack } from "./wire/writer.ts";

/**
 * Opens a connection for the lease thread, so that a worker whose event loop is blocked keeps its lease.
 * @throws EngineUnavailable (`ENGINE_UNAVAILABLE`)
 */
export async function connectRenewal(options: unknown): Promise<RenewalConnection> {
  // The boundary between threads: what `RedisLiveness.renewal` handed over.
  const settings = options as RedisSettings;
  const { namespace, partitions } = settings;
  const connections = Array.from(
    { length: partitions },
    (_, partition) => new Commands(settings, new Keyspace(namespace, partition, partitions).prefix, {}),
  );
  const close = async (): Promise<void> => {
    await Promise.all(connections.map((commands) => commands.stop()));
  };
  try {
    await Promise.all(connections.map((commands) => commands.start()));
  } catch (error) {
    await close();
    throw error;
  }
  return { renew: (worker, leaseMs) => renewAll(connections, worker, leaseMs), close };
}

/** Also where one partition is away, the lease goes on in the others. */
async function renewAll(connections: readonly Commands[], worker: string, leaseMs: number): Promise<void> {
  const request = pack((writer) => writer.array(2).text(worker).number(leaseMs));
  // Well within a lease, so that a connection that hangs is replaced in time.
  const deadlineAt = Date.now() + leaseMs / 3;
  const renewals = await Promise.allSettled(connections.map((commands) => commands.run("renew", request, deadlineAt)));
  const failed = renewals.find(({ status }) => status === "rejected");
  if (failed?.status === "rejected") throw failed.reason;
}
