import { execFileSync } from "node:child_process";
import { onTestFinished } from "vitest";
import type { Requirement } from "../support/requirement.ts";
import { temporaryFolder } from "./setup.ts";

/** Whether this process may mount a file system of its own. */
export const mounting: Requirement = {
  name: "mount",
  met: process.platform === "linux" && mayMount(),
  install: "run the tests as root, in a container with CAP_SYS_ADMIN",
};

/** A disk of its own, of so many bytes. It is unmounted after the test. */
export function smallDisk(bytes: number): string {
  const folder = temporaryFolder();
  mount(bytes, folder);
  onTestFinished(() => unmount(folder));
  return folder;
}

/** From now on nothing on this disk can be written. */
export function makeReadOnly(disk: string): void {
  execFileSync("mount", ["-o", "remount,ro", disk]);
}

function mount(bytes: number, folder: string): void {
  execFileSync("mount", ["-t", "tmpfs", "-o", `size=${bytes}`, "tmpfs", folder]);
}

function unmount(folder: string): void {
  // Lazily: a file that a thread is just closing would make it fail.
  execFileSync("umount", ["--lazy", folder]);
}

function mayMount(): boolean {
  if (process.getuid?.() !== 0) return false;
  try {
    execFileSync("mount", ["--fake", "-t", "tmpfs", "tmpfs", "/mnt"], { stdio: "ignore" });
    execFileSync("unshare", ["--mount", "true"], { stdio: "ignore" });
    return true;
  } catch {
    // Root without the capability, or without the programs: either way it may not.
    return false;
  }
}
