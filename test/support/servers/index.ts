/*
 * Real servers for tests, and a bad network before them.
 *
 *   import { redisProgram, startProxy, startRedis } from "../support/servers/index.ts";
 *
 *   testRequiring(redisProgram)("a push survives a restart of Redis", async () => {
 *     const redis = await startRedis({ appendfsync: "always" });
 *     onTestFinished(() => redis.close());
 *     const proxy = await startProxy(redis.url);
 *     onTestFinished(() => proxy.close());
 *     const app = lovage({ url: proxy.url });
 *     …
 *     await redis.kill();   // SIGKILL; also stop(), start(), restart(), freeze() (SIGSTOP), thaw() (SIGCONT)
 *     await redis.start();  // at the same port, with the same data
 *     proxy.drop();         // also refuse(), blackhole(), delay(ms), cutReply({ request: "EVALSHA" }), pass()
 *   });
 *
 * `startPostgres({ settings: { statement_timeout: "1s" } })` is used in the same way; with `disk` it has a small disk of its
 * own, for `fillDisk()` and `freeDisk()`. `startPgBouncer(postgres)` stands before such a server, in transaction mode.
 * `startRedisCluster({ replicas: 1 })` and `startRedisSentinel()` give several servers, to kill one by one. Every server has `ask(…)`, a question over a new connection without Lovage.
 *
 * A test that does nothing to its server shares one, in a namespace of its own:
 *
 *   const redis = await findRedis();
 *   testRequiring(redis)("…", () => { … redis.url … });              // for a group: describeRequiring(redis)
 *
 * A private server listens on 127.0.0.1, on a free port, and keeps all it has in a temporary folder. `close()` ends it;
 * should the test process die before that, a keeper does (see folder.ts).
 */
export { type Certificates, makeCertificates, opensslProgram } from "./certificates.ts";
export { type FoundServer, findPostgres, findRedis } from "./find.ts";
export { type PgBouncer, type PgBouncerOptions, pgBouncerProgram, startPgBouncer } from "./pgbouncer.ts";
export {
  type PostgresDisk,
  type PostgresOptions,
  type PostgresServer,
  postgresProgram,
  startPostgres,
} from "./postgres.ts";
export { type NetworkProxy, startProxy } from "./proxy.ts";
export { type RedisOptions, type RedisServer, redisProgram, startRedis } from "./redis.ts";
export {
  type RedisCluster,
  type RedisClusterOptions,
  redisClusterProgram,
  startRedisCluster,
} from "./redis-cluster.ts";
export {
  type RedisSentinelOptions,
  type RedisSentinels,
  redisSentinelProgram,
  startRedisSentinel,
} from "./redis-sentinel.ts";
export { askRedis, type Reply } from "./resp.ts";
export { askPostgres } from "./sql.ts";
