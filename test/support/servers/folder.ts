import { spawn } from "node:child_process";
import { chmodSync, mkdtempSync, readdirSync, readFileSync, readlinkSync, rmSync } from "node:fs";
import { Socket } from "node:net";
import { tmpdir } from "node:os";
import { join, sep } from "node:path";
import { fileURLToPath } from "node:url";
import { unmountDisk } from "../disk.ts";

const keeper = fileURLToPath(new URL("keeper.sh", import.meta.url));
let root: string | undefined;

/**
 * A new folder for one server. Whatever becomes of this process, nothing stays behind: once it has ended, a keeper kills
 * what works in the folder, and removes it.
 */
export function serverFolder(name: string): string {
  root ??= keptFolder();
  const folder = mkdtempSync(join(root, `${name}-`));
  // A server that runs as another user must reach what it owns below.
  chmodSync(folder, 0o755);
  return folder;
}

/** Removes such a folder, with the disks that are mounted in it. */
export function removeServerFolder(folder: string): void {
  for (const line of readFileSync("/proc/mounts", "utf8").split("\n")) {
    const [, place = ""] = line.split(" ");
    if (place.startsWith(`${folder}${sep}`)) unmountDisk(place);
  }
  rmSync(folder, { recursive: true, force: true });
}

/** The processes whose working folder is this one or lies in it. */
export function processesIn(folder: string): readonly number[] {
  return readdirSync("/proc")
    .map(Number)
    .filter((pid) => pid > 0 && `${workingFolder(pid)}${sep}`.startsWith(`${folder}${sep}`));
}

function keptFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), "lovage-servers-"));
  chmodSync(folder, 0o755);
  // In a session of its own, so that Ctrl-C does not end it together with the tests.
  const child = spawn("sh", [keeper, folder], { cwd: "/", detached: true, stdio: ["pipe", "ignore", "ignore"] });
  child.unref();
  if (child.stdin instanceof Socket) child.stdin.unref();
  return folder;
}

function workingFolder(pid: number): string {
  try {
    return readlinkSync(`/proc/${pid}/cwd`);
  } catch {
    // It ended while we looked, or is another user's.
    return "";
  }
}
