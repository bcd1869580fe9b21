import { readlinkSync } from "node:fs";

/** Whether a process of this host and process namespace runs. */
export function isRunning(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch (error) {
    // EPERM: it runs, as another user.
    return error instanceof Error && "code" in error && error.code === "EPERM";
  }
}

/** The number of the namespace in which process ids of this process mean something; "0" where there are none. */
export function processNamespace(): string {
  try {
    // "pid:[4026531836]"
    const link = process.platform === "linux" ? readlinkSync("/proc/self/ns/pid") : "";
    return /\d+/.exec(link)?.[0] ?? "0";
  } catch {
    // Without /proc there is only the host's name to tell processes apart.
    return "0";
  }
}
