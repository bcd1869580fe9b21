import { execFile } from "node:child_process";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { withRedisPlace } from "./redis.ts";

const run = promisify(execFile);
const folder = fileURLToPath(new URL("../processes/celery", import.meta.url));

/** A Python that finds Celery and its client of Redis. */
export interface Celery {
  readonly python: string;
  readonly version: string;
}

/** Looks for it in the Python of the path, then in that of the system, which is the one that packages are for. */
export async function findCelery(): Promise<Celery | undefined> {
  for (const python of ["python3", "/usr/bin/python3"]) {
    try {
      const { stdout } = await run(python, ["-c", "import celery, redis; print(celery.__version__)"]);
      return { python, version: `celery ${stdout.trim()}` };
    } catch {
      // No such Python, or none with Celery: the next, or the bench says that there is none.
    }
  }
  return undefined;
}

/** Jobs a second of one worker with its default pool, results kept. */
export function celeryDrain({ python }: Celery, jobs: number): Promise<number> {
  return withRedisPlace(async ({ url, name }) => {
    const env = { ...process.env, BENCH_URL: url, BENCH_NAME: name, BENCH_JOBS: String(jobs) };
    const { stdout } = await run(python, ["-B", "drain.py"], { cwd: folder, env });
    return Number(stdout);
  });
}
