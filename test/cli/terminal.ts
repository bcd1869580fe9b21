import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync } from "node:fs";
import type { Requirement } from "../support/requirement.ts";
import { type Sandbox, script } from "./sandbox.ts";

const recorder = "/usr/bin/script";

/** What gives a command a terminal of its own. */
export const terminal: Requirement = {
  name: "script",
  met: existsSync(recorder),
  install: "apt-get install bsdutils",
};

export interface TerminalOptions {
  /** When the command shows this, `answer` is typed. */
  readonly asked?: string;
  readonly answer?: string;
  readonly env?: Readonly<Record<string, string>>;
}

/** Runs `lovage …` on a terminal, and gives all that it showed there. */
export async function onTerminal(
  place: Sandbox,
  args: readonly string[],
  { asked, answer = "", env = {} }: TerminalOptions = {},
): Promise<string> {
  const command = [process.execPath, script, ...args].join(" ");
  // Under CI Node colours nothing, even on a terminal.
  const { CI: _ci, NO_COLOR: _none, FORCE_COLOR: _force, LOVAGE_URL: _url, ...inherited } = process.env;
  const child = spawn(recorder, ["-qec", command, "/dev/null"], {
    cwd: place.folder,
    env: { ...inherited, TERM: "xterm-256color", ...env },
    stdio: ["pipe", "pipe", "inherit"],
  });
  let shown = "";
  child.stdout.setEncoding("utf8").on("data", (part: string) => {
    const before = shown;
    shown += part;
    if (asked !== undefined && !before.includes(asked) && shown.includes(asked)) child.stdin.write(answer);
  });
  await once(child, "close");
  return shown;
}
