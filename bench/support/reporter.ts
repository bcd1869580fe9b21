/** One measured figure. `ratio` is ours over the peer's; `goal` is what `judged` (the ratio, or ours) must reach. */
export interface Line {
  readonly bench: string;
  readonly metric: string;
  readonly unit: string;
  readonly ours: number;
  readonly peer: number | null;
  readonly ratio: number | null;
  readonly goal: string | null;
  readonly ok: boolean | null;
  readonly runs: number;
  readonly peerVersion: string | null;
}

/** What a bench hands over of a figure; the rest follows from it. */
export interface Figure {
  readonly metric: string;
  readonly unit: string;
  readonly ours: number;
  readonly peer?: number | undefined;
  readonly peerVersion?: string | undefined;
  readonly runs: number;
  /** A bound on the ratio to the peer, or on our own figure; `always`: at any size, so that a short run can miss it too. */
  readonly goal?: {
    readonly of: "ratio" | "ours";
    readonly least?: number;
    readonly most?: number;
    readonly always?: boolean;
  };
}

export interface BenchContext {
  readonly smoke: boolean;
  readonly report: (figure: Figure) => void;
}

export type Bench = (context: BenchContext) => Promise<void>;

/** Prints each figure as it comes: for people, or one JSON object a line. */
export class Reporter {
  readonly #json: boolean;
  missed = 0;
  /** Of those missed, the goals that hold at any size. */
  broken = 0;

  constructor(options: { readonly json: boolean }) {
    this.#json = options.json;
  }

  report(figure: Figure & { readonly bench: string }): void {
    const line = toLine(figure);
    if (line.ok === false) this.missed += 1;
    if (line.ok === false && figure.goal?.always === true) this.broken += 1;
    console.log(this.#json ? JSON.stringify(line) : human(line));
  }
}

function toLine(figure: Figure & { readonly bench: string }): Line {
  const { bench, metric, unit, runs, goal } = figure;
  const ours = round(figure.ours);
  const peer = figure.peer === undefined ? null : round(figure.peer);
  const ratio = peer === null || peer === 0 ? null : round(figure.ours / peer);
  const judged = goal?.of === "ratio" ? ratio : ours;
  const missing = goal === undefined || judged === null;
  const ok = missing ? null : judged >= (goal.least ?? -Infinity) && judged <= (goal.most ?? Infinity);
  return {
    bench,
    metric,
    unit,
    ours,
    peer,
    ratio,
    goal: goalText(goal),
    ok,
    runs,
    peerVersion: figure.peerVersion ?? null,
  };
}

function goalText(goal: Figure["goal"]): string | null {
  if (goal === undefined) return null;
  const bound = goal.least === undefined ? `<= ${goal.most}` : `>= ${goal.least}`;
  return `${goal.of} ${bound}`;
}

function human(line: Line): string {
  const verdict = line.ok === null ? "    " : line.ok ? "ok  " : "MISS";
  const peer =
    line.peer === null
      ? ""
      : `  peer ${line.peer.toLocaleString("en")} (${line.peerVersion ?? "?"})  ratio ${line.ratio}`;
  const goal = line.goal === null ? "" : `  goal ${line.goal}`;
  return `${verdict} ${line.bench}: ${line.metric}: ${line.ours.toLocaleString("en")} ${line.unit}${peer}${goal}  (median of ${line.runs})`;
}

function round(value: number): number {
  return Number(value.toPrecision(4));
}
