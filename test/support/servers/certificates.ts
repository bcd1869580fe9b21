import { execFile } from "node:child_process";
import { chmodSync, chownSync, copyFileSync } from "node:fs";
import { join } from "node:path";
import { promisify } from "node:util";
import type { Requirement } from "../requirement.ts";
import { removeServerFolder, serverFolder } from "./folder.ts";
import { findProgram, programPath, unprivilegedUser } from "./program.ts";

/** What certificates are made with. */
export const opensslProgram: Requirement = {
  name: "openssl",
  met: findProgram("openssl") !== undefined,
  install: "apt-get install openssl",
};

/** A certificate and its key, as paths of PEM files. */
export interface Certificate {
  readonly cert: string;
  readonly key: string;
}

/** What a server and its clients need for TLS, signed by an authority of a test's own. */
export interface Certificates {
  /** The authority that signed all the others. */
  readonly ca: string;
  /** Another one, which signed nothing. */
  readonly otherCa: string;
  /** For the host `localhost`, and for no address. */
  readonly server: Certificate;
  readonly client: Certificate;
  /** Puts a certificate for another host in the place of the server's. */
  moveHost(): Promise<void>;
  close(): void;
}

/** Makes them anew, which takes some 50 ms; keys can be read by whoever runs PostgreSQL. */
export async function makeCertificates(): Promise<Certificates> {
  const folder = serverFolder("certificates");
  const ca = await makeAuthority(folder, "ca");
  const other = await makeAuthority(folder, "other-ca");
  const server = await sign(folder, { name: "server", host: "localhost" }, ca);
  return {
    ca: ca.cert,
    otherCa: other.cert,
    server,
    client: await sign(folder, { name: "client", host: "client" }, ca),
    async moveHost() {
      const elsewhere = await sign(folder, { name: "elsewhere", host: "elsewhere.example" }, ca);
      copyFileSync(elsewhere.cert, server.cert);
      copyFileSync(elsewhere.key, server.key);
    },
    close: () => removeServerFolder(folder),
  };
}

function makeAuthority(folder: string, name: string): Promise<Certificate> {
  return make(folder, name, ["-subj", `/CN=Lovage tests ${name}`, "-addext", "basicConstraints=critical,CA:TRUE"]);
}

function sign(folder: string, of: { name: string; host: string }, by: Certificate): Promise<Certificate> {
  const subject = ["-subj", `/CN=${of.host}`, "-addext", `subjectAltName=DNS:${of.host}`];
  return make(folder, of.name, [
    ...subject,
    "-addext",
    "basicConstraints=critical,CA:FALSE",
    "-CA",
    by.cert,
    "-CAkey",
    by.key,
  ]);
}

async function make(folder: string, name: string, options: readonly string[]): Promise<Certificate> {
  const cert = join(folder, `${name}.pem`);
  const key = join(folder, `${name}.key`);
  const kind = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "2"];
  await promisify(execFile)(programPath("openssl"), [
    "req",
    "-x509",
    ...kind,
    "-keyout",
    key,
    "-out",
    cert,
    ...options,
  ]);
  const user = unprivilegedUser();
  if (user !== undefined) chownSync(key, user.uid, user.gid);
  // PostgreSQL refuses a key that others can read.
  chmodSync(key, 0o600);
  return { cert, key };
}
