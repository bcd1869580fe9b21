import { readFile } from "node:fs/promises";
import { withPostgres } from "./postgres.ts";
import { withRedis } from "./redis.ts";

/** What a server has done since it started. */
export interface Load {
  /** Scripts that Redis ran; transactions of PostgreSQL, in the database of the benches. */
  readonly requests: number;
  readonly cpuSeconds: number;
}

export function redisLoad(): Promise<Load> {
  return withRedis(async (redis) => {
    const info = await redis.info("everything");
    const value = (name: string): number => Number(new RegExp(`^${name}([\\d.]+)`, "m").exec(info)?.[1] ?? 0);
    return {
      // Every request of the engine that looks at jobs is one script; what it does within counts as commands as well.
      requests: value("cmdstat_evalsha:calls="),
      cpuSeconds: value("used_cpu_user:") + value("used_cpu_sys:"),
    };
  });
}

/** Its CPU is that of the processes which live now, on this machine; NaN where the server is another one. */
export function postgresLoad(): Promise<Load> {
  return withPostgres(async (client) => {
    const { rows } = await client.query<{ requests: number; pids: number[] }>(`
      SELECT (SELECT (xact_commit + xact_rollback)::float8 FROM pg_stat_database WHERE datname = current_database()) AS requests,
        (SELECT array_agg(pid) FROM pg_stat_activity WHERE pid <> pg_backend_pid()) AS pids`);
    const [row] = rows;
    const seconds = await Promise.all((row?.pids ?? []).map(cpuSecondsOf));
    return { requests: row?.requests ?? Number.NaN, cpuSeconds: seconds.reduce((sum, one) => sum + one, 0) };
  });
}

const TICKS_A_SECOND = 100;

async function cpuSecondsOf(pid: number): Promise<number> {
  try {
    // After the name, which is in parentheses and may hold spaces: state is field 3, utime 14, stime 15.
    const fields = (await readFile(`/proc/${pid}/stat`, "utf8")).split(") ").at(-1)?.split(" ") ?? [];
    return (Number(fields[11]) + Number(fields[12])) / TICKS_A_SECOND;
  } catch {
    // No such process here, or no /proc: the figure is then none, and says so.
    return Number.NaN;
  }
}
