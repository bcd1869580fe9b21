import { execFileSync } from "node:child_process";
import { closeSync, openSync, rmSync, writeSync } from "node:fs";
import { join } from "node:path";
import type { Requirement } from "./requirement.ts";

/** Whether this process may mount a file system of its own. */
export const mounting: Requirement = {
  name: "mount",
  met: process.platform === "linux" && mayMount(),
  install: "run the tests as root, in a container with CAP_SYS_ADMIN",
};

/** Lays an empty disk of so many bytes over this folder. */
export function mountDisk(folder: string, bytes: number): void {
  execFileSync("mount", ["-t", "tmpfs", "-o", `size=${bytes}`, "tmpfs", folder]);
}

export function unmountDisk(folder: string): void {
  // Lazily: a file that a thread is just closing would make it fail.
  execFileSync("umount", ["--lazy", folder]);
}

/** Leaves no byte free on the disk at this folder. */
export function fillDisk(folder: string): void {
  const file = openSync(ballastOf(folder), "a");
  // Halves down to single bytes, since what does not fit is refused as a whole.
  for (let size = 2 ** 20; size >= 1; size = Math.floor(size / 2)) writeUntilFull(file, Buffer.alloc(size));
  closeSync(file);
}

/** Takes back what `fillDisk` did. */
export function freeDisk(folder: string): void {
  rmSync(ballastOf(folder), { force: true });
}

function writeUntilFull(file: number, part: Buffer): void {
  try {
    while (writeSync(file, part) > 0);
  } catch (error) {
    if (!(error instanceof Error && "code" in error && error.code === "ENOSPC")) throw error;
  }
}

function ballastOf(folder: string): string {
  return join(folder, "ballast");
}

function mayMount(): boolean {
  if (process.getuid?.() !== 0) return false;
  try {
    execFileSync("mount", ["--fake", "-t", "tmpfs", "tmpfs", "/mnt"], { stdio: "ignore" });
    execFileSync("unshare", ["--mount", "--propagation=unchanged", "true"], { stdio: "ignore" });
    return true;
  } catch {
    // Root without the capability, or without the programs: either way it may not.
    return false;
  }
}
