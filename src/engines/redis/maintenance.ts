import type { HealthFinding, Maintenance, MigrationReport } from "../../engine/index.ts";
import { EngineClosed } from "../../kernel/errors.ts";
import { Link } from "./connection/link.ts";
import { toConnectError } from "./errors.ts";
import { checkFormat, checkPartitions, FORMAT, openRequest } from "./format.ts";
import type { RedisSettings } from "./options.ts";
import { scriptNamed } from "./scripts.ts";
import type { Store } from "./store.ts";

/** What a namespace that is not there yet lacks. */
const BEGINNING = "begin the namespace";

/** Health of the server, as far as it concerns what Lovage promises. */
export class RedisMaintenance implements Maintenance {
  readonly #store: Store;

  constructor(store: Store) {
    this.#store = store;
  }

  /** There are no tables: a namespace has a format, and one that is not there yet begins with the newest. */
  async migrate({ dryRun }: { readonly dryRun: boolean }): Promise<MigrationReport> {
    const { settings, keys } = this.#store;
    let link: Link | undefined;
    try {
      link = await Link.open(settings, keys.prefix);
      const stored = await link.send("HMGET", [`${keys.prefix}meta`, "format", "partitions"]);
      const [format, partitions] = Array.isArray(stored) ? stored : [];
      const from = Number(format ?? 0);
      checkFormat(from, settings);
      if (from > 0) checkPartitions(Number(partitions ?? 1), settings);
      if (from === 0 && !dryRun)
        await link.send("EVAL", [scriptNamed("open").text, 1, keys.prefix, openRequest(settings)]);
      return { from, to: FORMAT, applied: from === 0 ? [BEGINNING] : [] };
    } catch (error) {
      throw toConnectError(error, settings.place);
    } finally {
      link?.close();
    }
  }

  async diagnose(): Promise<readonly HealthFinding[]> {
    const facts = parseInfo(String(await this.#store.commands.send("INFO", [])));
    const fsync = await this.#readSetting("appendfsync");
    return [
      versionFinding(facts),
      memoryFinding(facts),
      persistenceFinding(facts, fsync),
      replicationFinding(facts, this.#store.settings.durability),
    ];
  }

  /** Absent where the user may not ask, as on most hosted servers. */
  async #readSetting(name: string): Promise<string | undefined> {
    try {
      const reply = await this.#store.commands.send("CONFIG", ["GET", name]);
      return Array.isArray(reply) && reply.length > 1 ? String(reply[1]) : undefined;
    } catch (error) {
      if (error instanceof EngineClosed) throw error;
      return undefined;
    }
  }
}

type Facts = ReadonlyMap<string, string>;

function parseInfo(text: string): Facts {
  const lines = text.split(/\r?\n/).map((line) => line.split(":"));
  return new Map(lines.map(([name = "", ...rest]) => [name, rest.join(":")]));
}

function versionFinding(facts: Facts): HealthFinding {
  const version = facts.get("redis_version") ?? "0";
  const [major = 0, minor = 0] = version.split(".").map(Number);
  const ok = major > 6 || (major === 6 && minor >= 2);
  return { check: "version", ok, detail: ok ? version : `${version}: Lovage needs Redis 6.2 or later, or Valkey` };
}

function memoryFinding(facts: Facts): HealthFinding {
  const policy = facts.get("maxmemory_policy") ?? "noeviction";
  const limit = facts.get("maxmemory") === "0" ? "no limit" : `limit ${facts.get("maxmemory_human") ?? "?"}`;
  const used = `${facts.get("used_memory_human") ?? "?"} used, ${limit}`;
  if (policy === "noeviction") return { check: "memory", ok: true, detail: `noeviction, ${used}` };
  const detail = `maxmemory-policy is ${policy}: Redis would throw jobs away when its memory is full; set it to noeviction`;
  return { check: "memory", ok: facts.get("maxmemory") === "0", detail };
}

const PROMISES: Readonly<Record<string, string>> = {
  always: "a restart loses nothing that was acknowledged",
  everysec: "a restart loses at most about the last second",
  no: "a restart of the machine loses what the system had not written yet, often 30 seconds",
};

function persistenceFinding(facts: Facts, fsync: string | undefined): HealthFinding {
  const check = "persistence";
  if (facts.get("aof_enabled") !== "1") {
    const detail = "appendonly no: a restart loses what came after the last snapshot; set appendonly yes to keep it";
    return { check, ok: true, detail };
  }
  if (facts.get("aof_last_write_status") === "err")
    return { check, ok: false, detail: "the append-only file cannot be written: make room, or mend the disk" };
  const promise = PROMISES[fsync ?? ""] ?? "what a restart loses depends on appendfsync";
  return { check, ok: true, detail: `appendonly yes, appendfsync ${fsync ?? "unknown"}: ${promise}` };
}

function replicationFinding(facts: Facts, durability: RedisSettings["durability"]): HealthFinding {
  const check = "replication";
  if (facts.get("role") !== "master")
    return { check, ok: false, detail: "this is a replica, which takes no writes: name the master" };
  const replicas = Number(facts.get("connected_slaves") ?? 0);
  if (durability === "replicated" && replicas === 0)
    return {
      check,
      ok: false,
      detail: 'durability is "replicated", and no replica follows: every push will be refused',
    };
  if (replicas === 0) return { check, ok: true, detail: "no replicas" };
  return {
    check,
    ok: true,
    detail: `${replicas} replicas, ${lagOf(facts)} bytes behind at most; a failover may lose these`,
  };
}

/** How far the replica that is furthest behind is. */
function lagOf(facts: Facts): number {
  const written = Number(facts.get("master_repl_offset") ?? 0);
  const offsets = [...facts].flatMap(([name, value]) => {
    const offset = /^slave\d+$/.test(name) ? /offset=(\d+)/.exec(value)?.[1] : undefined;
    return offset === undefined ? [] : [Number(offset)];
  });
  return Math.max(0, written - Math.min(written, ...offsets));
}
