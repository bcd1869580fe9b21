/** Sides of a comparison by name; one that cannot be measured here is left out. */
export type Sides<Measured extends object> = { readonly [Name in keyof Measured]: () => Promise<Measured[Name]> };

/** Runs the sides in turn, round after round, and gives what each measured: a drifting machine hits all alike. */
export async function inTurn<Measured extends object>(
  rounds: number,
  sides: Sides<Measured>,
): Promise<{ [Name in keyof Measured]: Measured[Name][] }> {
  const runs = Object.entries<() => Promise<unknown>>(sides).map(([name, run]) => ({
    name,
    run,
    values: [] as unknown[],
  }));
  for (let round = 0; round < rounds; round += 1) {
    for (const { run, values } of runs) values.push(await run());
  }
  return Object.fromEntries(runs.map(({ name, values }) => [name, values])) as {
    [Name in keyof Measured]: Measured[Name][];
  };
}

/** The same for sides that measure one number: each side's median. */
export async function alternate<Names extends object>(
  rounds: number,
  sides: { readonly [Name in keyof Names]: () => Promise<number> },
): Promise<{ [Name in keyof Names]: number }> {
  const measured = await inTurn<Record<string, number>>(rounds, sides as Sides<Record<string, number>>);
  return Object.fromEntries(Object.entries(measured).map(([name, values]) => [name, median(values)])) as {
    [Name in keyof Names]: number;
  };
}

export function median(values: readonly number[]): number {
  return percentile(values, 50);
}

/** The nearest-rank percentile. */
export function percentile(values: readonly number[], percent: number): number {
  const sorted = [...values].sort((left, right) => left - right);
  return sorted[Math.max(0, Math.ceil((percent / 100) * sorted.length) - 1)] ?? Number.NaN;
}
