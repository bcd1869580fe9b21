import { execFile } from "node:child_process";
import { chownSync, mkdirSync } from "node:fs";
import { join } from "node:path";
import { promisify } from "node:util";
import { fillDisk, freeDisk, mountDisk } from "../disk.ts";
import type { Requirement } from "../requirement.ts";
import { serverFolder } from "./folder.ts";
import { freePort } from "./port.ts";
import { PrivateServer } from "./private-server.ts";
import { findProgram, programPath, type SystemUser, unprivilegedUser } from "./program.ts";
import { askPostgres } from "./sql.ts";

/** What a private PostgreSQL is started from. */
export const postgresProgram: Requirement = {
  name: "postgres-private",
  met: findProgram("initdb") !== undefined && findProgram("postgres") !== undefined,
  install: "apt-get install postgresql",
};

export interface PostgresOptions {
  /** Settings of postgresql.conf. */
  readonly settings?: Readonly<Record<string, string>>;
  /** It gets a disk of its own, which can be filled. Needs `mounting`, of test/support/disk.ts. */
  readonly disk?: PostgresDisk;
}

export interface PostgresDisk {
  /** A new server takes about 40 MB, two thirds of it for its write-ahead log. */
  readonly bytes: number;
  /**
   * Whether the write-ahead log lies on it as well. Then a full disk makes the server panic and start again; without, only
   * statements fail that need new pages.
   */
  readonly holdsLog: boolean;
}

interface Places {
  readonly folder: string;
  readonly data: string;
  readonly disk: string;
}

/** A PostgreSQL server of a test's own. Its superuser is `postgres`, without a password. */
export class PostgresServer extends PrivateServer {
  readonly port: number;
  /** Of the database `postgres`. */
  readonly url: string;
  readonly #disk: string;

  constructor(port: number, { folder, data, disk }: Places, settings: Readonly<Record<string, string>>) {
    const url = `postgres://postgres@127.0.0.1:${port}/postgres`;
    const given = Object.entries(settings).flatMap(([name, value]) => ["-c", `${name}=${value}`]);
    super({
      name: "postgres",
      folder,
      command: [programPath("postgres"), "-D", data, "-p", String(port), "-k", "", "-h", "127.0.0.1", ...given],
      user: unprivilegedUser(),
      // "Fast": it does not wait for its clients to leave.
      stopSignal: "SIGINT",
      answers: async () => {
        await askPostgres(url, "SELECT 1");
      },
    });
    this.port = port;
    this.url = url;
    this.#disk = disk;
  }

  /** Asks it over a connection of its own: a line a row, its columns parted by `|`. */
  ask(sql: string): Promise<string> {
    return askPostgres(this.url, sql);
  }

  /** Leaves nothing free on the disk that it was given. */
  fillDisk(): void {
    fillDisk(this.#disk);
  }

  freeDisk(): void {
    freeDisk(this.#disk);
  }
}

/** Starts a new PostgreSQL server on a free port. */
export async function startPostgres({ settings = {}, disk }: PostgresOptions = {}): Promise<PostgresServer> {
  const places = makePlaces(disk);
  await initialize(places, disk?.holdsLog ?? true);
  const server = new PostgresServer(await freePort(), places, settings);
  await server.start();
  return server;
}

function makePlaces(options: PostgresDisk | undefined): Places {
  const folder = serverFolder("postgres");
  const disk = join(folder, "disk");
  mkdirSync(disk);
  if (options !== undefined) mountDisk(disk, options.bytes);
  giveTo(unprivilegedUser(), folder, disk);
  return { folder, disk, data: join(disk, "data") };
}

async function initialize({ data, folder }: Places, logWithin: boolean): Promise<void> {
  const options = ["--auth=trust", "--username=postgres", "--encoding=UTF8", "--locale=C", "--no-sync"];
  const log = logWithin ? [] : [`--waldir=${join(folder, "log-of-writes")}`];
  await promisify(execFile)(programPath("initdb"), [...options, ...log, data], { cwd: folder, ...unprivilegedUser() });
}

function giveTo(user: SystemUser | undefined, ...folders: readonly string[]): void {
  if (user !== undefined) for (const folder of folders) chownSync(folder, user.uid, user.gid);
}
