import { type SpawnSyncOptionsWithStringEncoding, spawnSync } from "node:child_process";
import { delimiter, dirname } from "node:path";

export interface CommandResult {
  readonly status: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/**
 * The environment of somebody who has just installed Node and Lovage: no condition that finds src/, nothing of the npm
 * script that runs the tests, and the Node that runs them first on the PATH.
 */
export function userEnvironment(nodePath: string = process.execPath): Record<string, string> {
  const path = (process.env.PATH ?? "").split(delimiter).filter((folder) => !folder.includes("node_modules"));
  const kept = Object.entries(process.env).filter(
    (entry): entry is [string, string] =>
      entry[1] !== undefined && !/^(npm_|NODE_OPTIONS$|NODE_ENV$|INIT_CWD$|VITEST|LOVAGE_|TEST$)/i.test(entry[0]),
  );
  return { ...Object.fromEntries(kept), PATH: [dirname(nodePath), ...path].join(delimiter) };
}

/** Runs a command to its end, as a user would. */
export function run(
  folder: string,
  command: readonly [string, ...string[]],
  options: Partial<SpawnSyncOptionsWithStringEncoding> = {},
): CommandResult {
  const [file, ...rest] = command;
  const settings = { cwd: folder, env: userEnvironment(), timeout: 120_000, ...options, encoding: "utf8" as const };
  const { status, stdout, stderr, error } = spawnSync(file, rest, settings);
  return { status, stdout, stderr: error === undefined ? stderr : `${stderr}\n${error.message}` };
}

/** Runs a command that must succeed, and gives what it printed. */
export function runOrThrow(
  folder: string,
  command: readonly [string, ...string[]],
  options: Partial<SpawnSyncOptionsWithStringEncoding> = {},
): string {
  const { status, stdout, stderr } = run(folder, command, options);
  if (status !== 0) throw new Error(`${command.join(" ")} ended with ${status}:\n${stdout}\n${stderr}`);
  return stdout;
}
