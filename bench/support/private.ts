import { type PostgresServer, startPostgres } from "../../test/support/servers/postgres.ts";
import { type RedisServer, startRedis } from "../../test/support/servers/redis.ts";

/** A server of a bench's own, to be stopped, frozen or looked into: what others do on it would spoil the figures. */
export type OwnServer =
  | { readonly name: "Redis"; readonly server: RedisServer }
  | { readonly name: "PostgreSQL"; readonly server: PostgresServer };

/** Each of both in turn, as a user has it who wants to lose nothing; closed after its use. */
export async function withEachServer(use: (own: OwnServer) => Promise<void>): Promise<void> {
  const redis = await startRedis({ appendfsync: "always" });
  await use({ name: "Redis", server: redis }).finally(() => redis.close());
  const postgres = await startPostgres();
  await use({ name: "PostgreSQL", server: postgres }).finally(() => postgres.close());
}
