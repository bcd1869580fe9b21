// Finds the command line's code: dist/ in an installed package, src/ in a clone, which then needs no build.
import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";

const source = new URL("../src/cli/main.ts", import.meta.url);
const inClone = existsSync(source);

// A user's module that imports "lovage" must get the copy that runs it, in this process, its threads and its children:
// what all of them inherit is NODE_OPTIONS, and this process has read its own already.
if (inClone && !import.meta.resolve("lovage").endsWith("/src/index.ts")) startAgain();
else await run();

async function run() {
  const { main } = await import(inClone ? source.href : "../dist/cli/main.js");
  process.exitCode = await main(process.argv.slice(2));
}

function startAgain() {
  const options = [process.env.NODE_OPTIONS, "--conditions=lovage-source"].filter(Boolean).join(" ");
  const environment = { ...process.env, NODE_OPTIONS: options };
  const restart = [...process.execArgv, ...process.argv.slice(1)];
  // In place of this process, so that signals, the terminal and the process id stay what the caller knows.
  if (process.platform !== "win32") process.execve(process.execPath, [process.execPath, ...restart], environment);
  const { status } = spawnSync(process.execPath, restart, { env: environment, stdio: "inherit" });
  process.exitCode = status ?? 1;
}
