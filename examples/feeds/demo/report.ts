import type { Row } from "./board.ts";
import type { Cost } from "./requests.ts";
import { type Column, layOut } from "./table.ts";
import { columnsOf, count, cut, formatBytes, formatMs, formatSeconds, padRight, paint, wrap } from "./text.ts";

const WIDE_COLUMNS = 100;
const INDENT = "   ";
const NOTHING = "–";

const narrowColumns: readonly Column[] = [
  { title: "Feed", align: "left" },
  { title: "Entries", align: "right" },
  { title: "New", align: "right" },
  { title: "Changed", align: "right" },
  { title: "Attempts", align: "right" },
  { title: "Time", align: "right" },
];

const wideColumns: readonly Column[] = [
  ...narrowColumns.slice(0, 1),
  { title: "Format", align: "left" },
  { title: "Size", align: "right" },
  ...narrowColumns.slice(1),
];

/** The table of feeds, and their sum. */
export function resultLines(rows: readonly Row[], columns: number): readonly string[] {
  const wide = columns >= WIDE_COLUMNS;
  const cells = rows.map((row) => resultCells(row, wide));
  const table = layOut(
    wide ? wideColumns : narrowColumns,
    [...cells, sumCells(rows, wide)],
    columns - INDENT.length - 1,
  );
  return table.map((line, index) => {
    const row = rows[index - 1];
    if (row !== undefined) return `${INDENT}${mark(row)} ${line}`;
    return `${INDENT}  ${index === 0 ? line : paint("bold", line)}`;
  });
}

function resultCells(row: Row, wide: boolean): readonly string[] {
  const { report } = row;
  const size = report === undefined ? NOTHING : formatBytes(report.bytes);
  return [
    row.feed.title,
    ...(wide ? [report?.format ?? NOTHING, size] : []),
    number(report?.entries),
    number(report?.created),
    number(report?.changed),
    String(row.attempt),
    formatSeconds(tookMs(row)),
  ];
}

function mark(row: Row): string {
  if (row.state === "succeeded") return paint("green", "✓");
  return row.state === "failed" ? paint("red", "✗") : paint("magenta", "⊘");
}

function sumCells(rows: readonly Row[], wide: boolean): readonly string[] {
  const reports = rows.flatMap(({ report }) => report ?? []);
  const sum = (pick: (report: (typeof reports)[number]) => number): number =>
    reports.reduce((total, report) => total + pick(report), 0);
  return [
    count(rows.length, "feed"),
    ...(wide ? ["", formatBytes(sum(({ bytes }) => bytes))] : []),
    number(sum(({ entries }) => entries)),
    number(sum(({ created }) => created)),
    number(sum(({ changed }) => changed)),
    String(rows.reduce((total, { attempt }) => total + attempt, 0)),
    formatSeconds(wallMs(rows)),
  ];
}

function number(value: number | undefined): string {
  return value === undefined ? NOTHING : value.toLocaleString("en");
}

function tookMs({ startedAt, finishedAt }: Row): number {
  return startedAt === undefined || finishedAt === undefined ? 0 : finishedAt - startedAt;
}

function wallMs(rows: readonly Row[]): number {
  const starts = rows.flatMap(({ startedAt }) => startedAt ?? []);
  const ends = rows.flatMap(({ finishedAt }) => finishedAt ?? []);
  return starts.length === 0 || ends.length === 0 ? 0 : Math.max(...ends) - Math.min(...starts);
}

/** Every feed that was not fetched, with its reason. */
export function failureLines(rows: readonly Row[], columns: number): readonly string[] {
  const failed = rows.filter(({ state }) => state !== "succeeded");
  const titleColumns = Math.min(30, Math.max(0, ...failed.map(({ feed }) => columnsOf(feed.title))));
  const room = columns - INDENT.length - titleColumns - 5;
  return failed.flatMap((row) => {
    const title = padRight(cut(row.feed.title, titleColumns), titleColumns);
    const [first = "", ...more] = wrap(verdict(row), room);
    const margin = " ".repeat(titleColumns + INDENT.length + 4);
    return [`${INDENT}${mark(row)} ${title}  ${first}`, ...more.map((line) => margin + line)];
  });
}

function verdict({ state, attempt, reason }: Row): string {
  const name = reason?.errorName === undefined ? "" : `${reason.errorName}: `;
  const what = state === "failed" ? `failed after ${count(attempt, "attempt")}` : "discarded, not retried";
  return `${what}: ${name}${reason?.text ?? ""}`;
}

/** What requests cost, one kind a row. */
export function costLines(costs: readonly Cost[], columns: number): readonly string[] {
  const rows = costs.map((cost) => [
    cost.what,
    String(cost.durationsMs.length),
    formatMs(cost.medianMs),
    formatMs(cost.slowestMs),
  ]);
  const table = layOut(
    [
      { title: "A request that", align: "left" },
      { title: "Requests", align: "right" },
      { title: "Median", align: "right" },
      { title: "Slowest", align: "right" },
    ],
    rows,
    columns - INDENT.length - 1,
  );
  return table.map((line) => INDENT + line);
}
