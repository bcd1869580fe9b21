/** Sides of a comparison by name; one that cannot be measured here is left out. */
export type Sides<Names extends object> = { readonly [Name in keyof Names]: () => Promise<number> };

/** Runs the sides in turn, round after round, and gives each side's median: a drifting machine hits all alike. */
export async function alternate<Names extends object>(
  rounds: number,
  sides: Sides<Names>,
): Promise<{ [Name in keyof Names]: number }> {
  const runs = Object.entries<() => Promise<number>>(sides).map(([name, run]) => ({
    name,
    run,
    values: [] as number[],
  }));
  for (let round = 0; round < rounds; round += 1) {
    for (const { run, values } of runs) values.push(await run());
  }
  return Object.fromEntries(runs.map(({ name, values }) => [name, median(values)])) as {
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
