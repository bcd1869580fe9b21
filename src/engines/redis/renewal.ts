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
  const commands = new Commands(settings, new Keyspace(settings.namespace).prefix, {});
  await commands.start();
  return {
    async renew(worker, leaseMs) {
      const request = pack((writer) => writer.array(2).text(worker).number(leaseMs));
      // Well within a lease, so that a connection that hangs is replaced in time.
      await commands.run("renew", request, Date.now() + leaseMs / 3);
    },
    close: () => commands.stop(),
  };
}
