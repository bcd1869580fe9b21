import { askRedis } from "../../support/servers/index.ts";

/** Removes what a test left in a server that it shares. */
export async function removeKeys(url: string, pattern: string): Promise<void> {
  const keys = await askRedis(url, "KEYS", pattern);
  const names = Array.isArray(keys) ? keys.map(String) : [];
  for (let from = 0; from < names.length; from += 500) await askRedis(url, "UNLINK", ...names.slice(from, from + 500));
}
