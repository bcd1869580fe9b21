import { chmodSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Requirement } from "../requirement.ts";
import { serverFolder } from "./folder.ts";
import { freePort } from "./port.ts";
import type { PostgresServer } from "./postgres.ts";
import { PrivateServer } from "./private-server.ts";
import { findProgram, programPath, unprivilegedUser } from "./program.ts";
import { askPostgres } from "./sql.ts";

/** What a private PgBouncer is started from. */
export const pgBouncerProgram: Requirement = {
  name: "pgbouncer",
  met: findProgram("pgbouncer") !== undefined,
  install: "apt-get install pgbouncer",
};

export interface PgBouncerOptions {
  /** When a server's connection goes back to the pool (default `transaction`). */
  readonly pool_mode?: "session" | "transaction" | "statement";
  /** Any other setting of pgbouncer.ini, in its section `[pgbouncer]`. */
  readonly settings?: Readonly<Record<string, string>>;
}

/** A PgBouncer of a test's own. */
export class PgBouncer extends PrivateServer {
  readonly port: number;
  /** The server's URL, by way of this PgBouncer. */
  readonly url: string;

  constructor(port: number, postgresUrl: string, options: PgBouncerOptions) {
    const folder = serverFolder("pgbouncer");
    const url = new URL(postgresUrl);
    url.host = `127.0.0.1:${port}`;
    super({
      name: "pgbouncer",
      folder,
      command: [programPath("pgbouncer"), writeSettings(folder, port, new URL(postgresUrl), options)],
      user: unprivilegedUser(),
      stopSignal: "SIGINT",
      answers: async () => {
        await askPostgres(url.href, "SELECT 1");
      },
    });
    this.port = port;
    this.url = url.href;
  }

  ask(sql: string): Promise<string> {
    return askPostgres(this.url, sql);
  }
}

/** Starts a PgBouncer on a free port before a server; every role of the server may connect, without a password. */
export async function startPgBouncer(postgres: PostgresServer, options: PgBouncerOptions = {}): Promise<PgBouncer> {
  const bouncer = new PgBouncer(await freePort(), postgres.url, options);
  await bouncer.start();
  return bouncer;
}

function writeSettings(
  folder: string,
  port: number,
  postgres: URL,
  { pool_mode = "transaction", settings = {} }: PgBouncerOptions,
): string {
  const users = join(folder, "users.txt");
  const file = join(folder, "pgbouncer.ini");
  const all = {
    listen_addr: "127.0.0.1",
    listen_port: String(port),
    unix_socket_dir: "",
    pool_mode,
    auth_type: "trust",
    auth_file: users,
    // Who is not in the file is looked up in the server, so that a test may create roles.
    auth_user: "postgres",
    admin_users: "postgres",
    ...settings,
  };
  const lines = Object.entries(all).map(([name, value]) => `${name} = ${value}`);
  const server = `* = host=${postgres.hostname} port=${postgres.port}`;
  writeFileSync(users, '"postgres" ""\n');
  writeFileSync(file, ["[databases]", server, "[pgbouncer]", ...lines, ""].join("\n"));
  for (const path of [users, file]) chmodSync(path, 0o644);
  return file;
}
