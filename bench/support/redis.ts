import { createRequire } from "node:module";
import { connect } from "node:net";

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
  const manifest: { version: string } = createRequire(import.meta.url)("bullmq/package.json");
  return `bullmq ${manifest.version}`;
}
