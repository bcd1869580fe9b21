import { connect } from "node:net";
import { Redis } from "ioredis";
import { ownName, type Place } from "./place.ts";
import { versionOf } from "./version.ts";

export const redisUrl: URL = new URL(process.env.LOVAGE_BENCH_REDIS_URL ?? "redis://127.0.0.1:6379");

/** Whether the peers' Redis answers; without it their columns stay empty. */
export function redisAnswers(): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(Number(redisUrl.port || 6379), redisUrl.hostname);
    socket.once("connect", () => socket.end(() => resolve(true)));
    socket.once("error", () => resolve(false));
  });
}

export function bullmqVersion(): string {
  return versionOf("bullmq");
}

/** A place on that Redis whose keys are gone afterwards. */
export async function withRedisPlace<Value>(use: (place: Place) => Promise<Value>): Promise<Value> {
  const name = ownName();
  try {
    return await use({ url: redisUrl.href, name });
  } finally {
    await withRedis((redis) => removeKeys(redis, `*${name}[^0-9]*`));
  }
}

/** A connection for as long as it is used. */
export async function withRedis<Value>(use: (redis: Redis) => Promise<Value>): Promise<Value> {
  const redis = new Redis(redisUrl.href);
  try {
    return await use(redis);
  } finally {
    redis.disconnect();
  }
}

// By DEL, not UNLINK: memory that is freed in the background would cost the next run its time.
async function removeKeys(redis: Redis, pattern: string): Promise<void> {
  for await (const keys of redis.scanStream({ match: pattern, count: 2_000 })) {
    if (keys.length > 0) await redis.del(...keys);
  }
}
