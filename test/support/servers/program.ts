import { spawnSync } from "node:child_process";
import { existsSync, globSync } from "node:fs";
import { delimiter, join } from "node:path";

// Debian keeps PostgreSQL's programs away from the PATH, and sbin is not on everybody's.
const places = ["/usr/local/sbin", "/usr/sbin", "/sbin", ...globSync("/usr/lib/postgresql/*/bin").sort(newestFirst)];

/** The path of an installed program, wherever Debian keeps it. */
export function findProgram(name: string): string | undefined {
  return [...(process.env.PATH ?? "").split(delimiter), ...places]
    .map((folder) => join(folder, name))
    .find((path) => existsSync(path));
}

/** As {@link findProgram}, for one that must be there. */
export function programPath(name: string): string {
  const path = findProgram(name);
  if (path === undefined) throw new Error(`${name} is not installed.`);
  return path;
}

/** A user of this machine, as a process is started under it. */
export interface SystemUser {
  readonly uid: number;
  readonly gid: number;
}

/** PostgreSQL and PgBouncer refuse to run as root: then they run as `postgres`. */
export function unprivilegedUser(): SystemUser | undefined {
  if (process.getuid?.() !== 0) return undefined;
  return { uid: idOf("-u"), gid: idOf("-g") };
}

function idOf(option: "-u" | "-g"): number {
  const { status, stdout } = spawnSync("id", [option, "postgres"], { encoding: "utf8" });
  if (status !== 0) throw new Error("There is no user postgres to run the server as, and as root it refuses to run.");
  return Number(stdout);
}

function newestFirst(a: string, b: string): number {
  return b.localeCompare(a, "en", { numeric: true });
}
