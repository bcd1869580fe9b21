import { execFileSync } from "node:child_process";
import { onTestFinished } from "vitest";
import { mountDisk, unmountDisk } from "../support/disk.ts";
import { temporaryFolder } from "./setup.ts";

/** A disk of its own, of so many bytes. It is unmounted after the test. */
export function smallDisk(bytes: number): string {
  const folder = temporaryFolder();
  mountDisk(folder, bytes);
  onTestFinished(() => unmountDisk(folder));
  return folder;
}

/** From now on nothing on this disk can be written. */
export function makeReadOnly(disk: string): void {
  execFileSync("mount", ["-o", "remount,ro", disk]);
}
