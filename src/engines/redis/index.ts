export { createRedisEngine } from "./engine.ts";
export type { RedisEngineOptions } from "./options.ts";
