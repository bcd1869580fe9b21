import type { EngineAdapter } from "../../../src/testing/conformance/index.ts";
import { startProxy } from "../../support/servers/index.ts";
import { openEngine, URL_VARIABLE } from "./conformance-engine.ts";
import { removeKeys } from "./keys.ts";

export interface ProxiedAdapter {
  readonly adapter: EngineAdapter & Required<Pick<EngineAdapter, "outage" | "discard">>;
  /** After the last test. */
  close(): Promise<void>;
}

/** What the conformance suite must know of an engine on a server, behind a proxy that can cut it off. */
export async function redisAdapter(url: string): Promise<ProxiedAdapter> {
  const proxy = await startProxy(url);
  process.env[URL_VARIABLE] = proxy.url;
  const adapter = {
    name: "Redis",
    open: openEngine,
    leaseMs: 1_000,
    processes: { module: new URL("./conformance-engine.ts", import.meta.url).href },
    async outage() {
      // The worst of outages: nothing says that it is one.
      proxy.blackhole();
      return { end: () => proxy.pass() };
    },
    discard: ({ store }: { readonly store: string }) => removeKeys(url, `lovage:{${store}.*`),
  };
  return { adapter, close: () => proxy.close() };
}
