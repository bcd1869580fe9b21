import { setTimeout as pause } from "node:timers/promises";
import { preciseNow } from "./process.ts";
import { percentile } from "./rounds.ts";

/** The input of every job: 100 bytes of JSON. */
export interface Input {
  /** The instant from which the job could start: of its push, or when it was due. */
  readonly startableAt: number;
  readonly padding: string;
}

export interface Rate {
  /** Jobs a second. */
  readonly rate: number;
}

export function inputNow(startableAt: number = preciseNow()): Input {
  return { startableAt, padding: "x".repeat(54) };
}

/** Pushes `jobs` in lists of `size`, one after the other. */
export async function pushLists(
  { jobs, size }: { jobs: number; size: number },
  push: (inputs: Input[]) => Promise<unknown>,
): Promise<Rate> {
  const inputs = Array.from({ length: size }, () => inputNow());
  const begin = performance.now();
  for (let pushed = 0; pushed < jobs; pushed += size) await push(inputs);
  return { rate: jobs / ((performance.now() - begin) / 1_000) };
}

/** Pushes `jobs` one by one, `size` promises at a time. */
export function pushTogether(
  count: { jobs: number; size: number },
  push: (input: Input) => Promise<unknown>,
): Promise<Rate> {
  return pushLists(count, (inputs) => Promise.all(inputs.map(push)));
}

/** Pushes one job after the other, every `everyMs`; answers how long each took. */
export async function pushPaced(
  { jobs, everyMs }: { jobs: number; everyMs: number },
  push: (input: Input) => Promise<unknown>,
): Promise<{ times: number[] }> {
  const times: number[] = [];
  for (let index = 0; index < jobs; index += 1) {
    const begin = performance.now();
    await push(inputNow());
    times.push(performance.now() - begin);
    await pause(Math.max(0, everyMs - (performance.now() - begin)));
  }
  return { times };
}

/** Pushes jobs ahead that are due evenly over `overMs`, the first of them in `leadMs`. */
export async function pushAhead(
  { jobs, leadMs, overMs }: { jobs: number; leadMs: number; overMs: number },
  push: (inputs: Input[]) => Promise<unknown>,
): Promise<{ aheadMs: number }> {
  const first = preciseNow() + leadMs;
  const inputs = Array.from({ length: jobs }, (_, index) => inputNow(first + (index / jobs) * overMs));
  for (let pushed = 0; pushed < jobs; pushed += 1_000) await push(inputs.slice(pushed, pushed + 1_000));
  return { aheadMs: first - preciseNow() };
}

/** How long after they could have started jobs did start. */
export class StartTimes {
  #times: number[] = [];
  /** Of all, those included that were taken. */
  started = 0;

  note({ startableAt }: Input): void {
    this.#times.push(preciseNow() - startableAt);
    this.started += 1;
  }

  take(): { p50: number; p99: number; count: number } {
    const times = this.#times;
    this.#times = [];
    return { p50: percentile(times, 50), p99: percentile(times, 99), count: times.length };
  }
}
