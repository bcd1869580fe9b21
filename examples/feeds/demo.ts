// npm run demo [-- URL…]: the main job of Lovage on real input. See README.md beside this file.

import { Owner } from "./demo/owner.ts";
import { Run } from "./demo/run.ts";
import { folder } from "./folder.ts";

const signals = { SIGHUP: 1, SIGINT: 2, SIGTERM: 15 } as const;
const PARENT_CHECK_MS = 500;

const usage = `npm run demo                  fetches the feeds of examples/feeds/data from a local server
npm run demo -- URL [URL …]   fetches these feeds
Everything that it keeps is in ${folder}`;

/** Runs to the end or to the first signal, and stops whatever it started. Resolves with the exit code. */
async function main(urls: readonly string[]): Promise<number> {
  const owner = new Owner();
  const stop = new AbortController();
  let signalNumber = 0;
  const end = (number: number): void => {
    // Who asks twice does not want to wait.
    if (stop.signal.aborted) process.exit(128 + number);
    signalNumber = number;
    stop.abort();
  };
  for (const [signal, number] of Object.entries(signals)) process.on(signal, () => end(number));
  endWithParent(() => end(signals.SIGTERM));
  // The reader of the output is gone: `npm run demo | head`.
  process.stdout.on("error", () => end(13));
  const aborted = new Promise<Settled<number>>((resolve) =>
    stop.signal.addEventListener("abort", () => resolve({}), { once: true }),
  );
  const run = new Run(owner, stop.signal).run(urls);
  const outcome = await Promise.race([settled(run), aborted]);
  const stopped = await settled(owner.stop());
  if (signalNumber > 0) {
    console.error("\nStopped, with all that it had started.");
    return 128 + signalNumber;
  }
  for (const { error } of [outcome, stopped]) {
    if (error !== undefined) console.error(error instanceof Error ? error.message : error);
  }
  if (outcome.error !== undefined || stopped.error !== undefined) return 1;
  return urls.length > 0 && outcome.value !== 0 ? 1 : 0;
}

interface Settled<Value> {
  readonly value?: Value;
  readonly error?: unknown;
}

/** Waits, and never throws. */
async function settled<Value>(promise: Promise<Value>): Promise<Settled<Value>> {
  try {
    return { value: await promise };
  } catch (error) {
    return { error };
  }
}

/** A signal to npm ends npm and its shell but never reaches this process: their end is the sign to end as well. */
function endWithParent(end: () => void): void {
  if (process.env.npm_lifecycle_event === undefined) return;
  const parent = process.ppid;
  setInterval(() => {
    if (process.ppid !== parent) end();
  }, PARENT_CHECK_MS).unref();
}

const given = process.argv.slice(2);
const wrong = given.find((argument) => !/^https?:$/.test(URL.parse(argument)?.protocol ?? ""));
if (wrong === undefined) process.exitCode = await main([...new Set(given)]);
else if (wrong === "--help" || wrong === "-h") console.log(usage);
else {
  console.error(`${JSON.stringify(wrong)} is not the address of a feed: write http://… or https://…\n\n${usage}`);
  process.exitCode = 2;
}
