import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { delimiter, join } from "node:path";
import type { Requirement } from "./requirement.ts";

/** The first Node on the PATH, outside node_modules, that is older than Lovage supports. */
export const oldNodePath: string | undefined = (process.env.PATH ?? "")
  .split(delimiter)
  .filter((folder) => !folder.includes("node_modules"))
  .map((folder) => join(folder, "node"))
  .find((path) => existsSync(path) && isOld(path));

export const oldNode: Requirement = {
  name: "old-node",
  met: oldNodePath !== undefined,
  install: "apt-get install nodejs (Debian 12 or 13), first on the PATH",
};

function isOld(path: string): boolean {
  const { stdout } = spawnSync(path, ["--version"], { encoding: "utf8", env: { PATH: process.env.PATH } });
  const [major = 0, minor = 0] = stdout.replace("v", "").split(".").map(Number);
  return major < 22 || (major === 22 && minor < 18);
}
