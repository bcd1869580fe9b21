import { randomUUID } from "node:crypto";
import { lstatSync, mkdtempSync, readdirSync, rmdirSync, unlinkSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, dirname, join } from "node:path";
import { EngineUnavailable } from "../../../kernel/errors.ts";
import { isRunning, processNamespace } from "./process.ts";

const FOLDER_PREFIX = "lovage-";
const SOCKET_NAME = "mesh.sock";

// The kernel's limit for the path of a socket, with its final zero: 104 bytes on macOS, 108 on Linux.
const PATH_LIMIT_BYTES = 103;

/**
 * A new address to listen on. The socket lies in a folder of its own that only this user can enter, so it is private
 * from its first moment; a mode set after listening would leave a gap.
 *
 * @throws EngineUnavailable (`ENGINE_UNAVAILABLE`) where no folder can be made.
 */
export function createAddress(): string {
  if (process.platform === "win32") return `\\\\.\\pipe\\${FOLDER_PREFIX}${randomUUID()}`;
  const parent = parentFolder();
  try {
    removeAbandoned(parent);
    return join(mkdtempSync(join(parent, `${ownPrefix()}${process.pid}-`)), SOCKET_NAME);
  } catch (error) {
    throw new EngineUnavailable(
      `No folder for a socket can be made in ${parent}: the processes of one database talk over it. ` +
        "Make the folder writable, or set TMPDIR to one that is.",
      { cause: error },
    );
  }
}

/**
 * Removes a socket and its folder, its own or a dead peer's. The address may come from the database, so whatever is not
 * a socket made by `createAddress` is left alone.
 */
export function removeAddress(address: string): void {
  if (process.platform === "win32") return;
  const folder = dirname(address);
  if (basename(address) !== SOCKET_NAME || !basename(folder).startsWith(FOLDER_PREFIX)) return;
  if (lstatSync(address, { throwIfNoEntry: false })?.isSocket()) tolerantly(() => unlinkSync(address));
  tolerantly(() => rmdirSync(folder));
}

// The folder's name says whose it is: a killed process leaves it behind, and where its database is gone as well, as
// after a test, no peer hears of it any more.
function ownPrefix(): string {
  return `${FOLDER_PREFIX}${processNamespace()}-`;
}

function removeAbandoned(parent: string): void {
  const prefix = ownPrefix();
  for (const name of readdirSync(parent)) {
    const pid = name.startsWith(prefix) ? /^(\d+)-\w{6}$/.exec(name.slice(prefix.length))?.[1] : undefined;
    if (pid === undefined || isRunning(Number(pid))) continue;
    const folder = join(parent, name);
    if (lstatSync(folder, { throwIfNoEntry: false })?.uid === process.getuid?.())
      removeAddress(join(folder, SOCKET_NAME));
  }
}

function parentFolder(): string {
  const longest = join(tmpdir(), `${ownPrefix()}4194304-XXXXXX`, SOCKET_NAME);
  return Buffer.byteLength(longest) <= PATH_LIMIT_BYTES ? tmpdir() : "/tmp";
}

// Several peers may tidy up after the same dead one at once; and a folder in which somebody else put a file is left.
function tolerantly(remove: () => void): void {
  try {
    remove();
  } catch (error) {
    const code = error instanceof Error && "code" in error ? error.code : undefined;
    if (code !== "ENOENT" && code !== "ENOTEMPTY" && code !== "EEXIST") throw error;
  }
}
