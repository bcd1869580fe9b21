import fastCheck from "fast-check";
import { afterAll, describe, test } from "vitest";
import { describeDefaultLease } from "../../src/testing/conformance/index.ts";
import { testRequiring } from "../support/requirement.ts";
import { findPostgres, findRedis } from "../support/servers/index.ts";
import { postgresAdapter } from "./postgres/adapter.ts";
import { redisAdapter } from "./redis/adapter.ts";
import { sqliteAdapter } from "./sqlite/adapter.ts";

// They wait for 15 s: all at once, and beside another file.
const runner = { describe: describe.concurrent, test, fastCheck };
const [postgres, redis] = await Promise.all([findPostgres(), findRedis()]);

describeDefaultLease(sqliteAdapter, runner);

if (postgres.met) describeDefaultLease(postgresAdapter("PostgreSQL", postgres.url, postgres.url), runner);
else testRequiring(postgres)("the default lease on PostgreSQL", () => {});

if (redis.met) {
  const { adapter, close } = await redisAdapter(redis.url);
  afterAll(close);
  describeDefaultLease(adapter, runner);
} else testRequiring(redis)("the default lease on Redis", () => {});
