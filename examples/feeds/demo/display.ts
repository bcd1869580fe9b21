import { stripVTControlCharacters } from "node:util";
import type { JobState } from "lovage";
import type { Board, Event, Row } from "./board.ts";
import { columnsOf, cut, formatBytes, formatSeconds, padRight, paint, type Style } from "./text.ts";

/** Shows the jobs while they run. */
export interface Display {
  start(board: Board): void;
  /** Shows one event for good. */
  tell(event: Event): void;
  stop(): void;
}

const FRAME_MS = 80;
const PLAIN_LINE_MS = 1_000;
const MAX_BAR_COLUMNS = 60;
const TITLE_COLUMNS = 22;
// `10.87 s`
const TIME_COLUMNS = 7;

const eventStyles: Readonly<Record<Event["kind"], readonly [Style, string]>> = {
  retry: ["yellow", "↻"],
  failed: ["red", "✗"],
  discarded: ["magenta", "⊘"],
};

const stateStyles: Readonly<Record<JobState, Style>> = {
  waiting: "dim",
  ready: "dim",
  active: "cyan",
  scheduled: "yellow",
  succeeded: "green",
  failed: "red",
  revoked: "magenta",
};
const shownStates: readonly JobState[] = ["ready", "active", "scheduled", "succeeded", "failed", "revoked"];

/** A bar that is redrawn in place, with the events above it. */
export class TerminalDisplay implements Display {
  #board: Board | undefined;
  #startedAt = 0;
  #timer: NodeJS.Timeout | undefined;
  #drawnLines = 0;

  start(board: Board): void {
    this.#board = board;
    this.#startedAt = performance.now();
    process.stdout.write("\u001b[?25l");
    this.#timer = setInterval(() => this.#draw(), FRAME_MS);
    this.#draw();
  }

  tell(event: Event): void {
    this.#erase();
    process.stdout.write(`${eventLine(event, performance.now() - this.#startedAt, process.stdout.columns)}\n`);
    this.#draw();
  }

  stop(): void {
    if (this.#timer === undefined) return;
    clearInterval(this.#timer);
    this.#timer = undefined;
    this.#draw();
    process.stdout.write("\u001b[?25h");
  }

  #draw(): void {
    if (this.#board === undefined) return;
    const lines = blockLines(this.#board, performance.now() - this.#startedAt, process.stdout.columns);
    this.#erase();
    process.stdout.write(lines.map((line) => `${line}\n`).join(""));
    this.#drawnLines = lines.length;
  }

  #erase(): void {
    if (this.#drawnLines > 0) process.stdout.write(`\u001b[${this.#drawnLines}A\u001b[J`);
    this.#drawnLines = 0;
  }
}

/** Lines that are only ever added, for files and pipes. */
export class PlainDisplay implements Display {
  #board: Board | undefined;
  #startedAt = 0;
  #timer: NodeJS.Timeout | undefined;
  #shown = "";

  start(board: Board): void {
    this.#board = board;
    this.#startedAt = performance.now();
    this.#timer = setInterval(() => this.#show(), PLAIN_LINE_MS);
  }

  tell(event: Event): void {
    console.log(eventLine(event, performance.now() - this.#startedAt, Number.POSITIVE_INFINITY));
  }

  stop(): void {
    if (this.#timer === undefined) return;
    clearInterval(this.#timer);
    this.#timer = undefined;
    this.#show();
  }

  #show(): void {
    if (this.#board === undefined) return;
    const { rows } = this.#board;
    const line = `   ${finishedOf(rows)}/${rows.length} done: ${countsLine(this.#board)}`;
    if (line === this.#shown) return;
    this.#shown = line;
    console.log(line);
  }
}

function blockLines(board: Board, elapsedMs: number, columns: number): readonly string[] {
  const finished = finishedOf(board.rows);
  const label = `  ${finished}/${board.rows.length}  ${formatSeconds(elapsedMs)}`;
  const barColumns = Math.max(8, Math.min(MAX_BAR_COLUMNS, columns - label.length - 4));
  const running = board.rows.filter(({ state }) => state === "active").map(runningLabel);
  const now = running.length === 0 ? "" : `now: ${running.join(", ")}`;
  return [
    "",
    `   ${bar(board, barColumns)}${label}`,
    `   ${cutPainted(countsLine(board), columns - 4)}`,
    ...(now === "" ? [] : [`   ${paint("dim", cut(now, columns - 4))}`]),
  ];
}

/** One stretch a state that has ended, in its colour; what runs is half lit. */
function bar(board: Board, columns: number): string {
  const counts = board.counts();
  const total = Math.max(1, board.rows.length);
  let drawn = 0;
  let jobs = 0;
  const stretch = (state: JobState, letter: string): string => {
    jobs += counts[state];
    const until = Math.round((jobs / total) * columns);
    const text = letter.repeat(until - drawn);
    drawn = until;
    return paint(stateStyles[state], text);
  };
  const stretches = [
    stretch("succeeded", "█"),
    stretch("revoked", "█"),
    stretch("failed", "█"),
    stretch("active", "▒"),
    stretch("scheduled", "▒"),
  ];
  return stretches.join("") + paint("dim", "░".repeat(columns - drawn));
}

function countsLine(board: Board): string {
  const counts = board.counts();
  return shownStates.map((state) => `${paint(stateStyles[state], String(counts[state]))} ${state}`).join("  ");
}

function cutPainted(line: string, columns: number): string {
  return columnsOf(line) <= columns ? line : cut(stripVTControlCharacters(line), columns);
}

function runningLabel(row: Row): string {
  return row.bytes === undefined ? row.feed.title : `${row.feed.title} (${formatBytes(row.bytes)})`;
}

function finishedOf(rows: readonly Row[]): number {
  return rows.filter(({ finishedAt }) => finishedAt !== undefined).length;
}

function eventLine({ kind, ...event }: Event, elapsedMs: number, columns: number): string {
  const title = padRight(cut(event.row.feed.title, TITLE_COLUMNS), TITLE_COLUMNS);
  const time = paint("dim", formatSeconds(elapsedMs).padStart(TIME_COLUMNS));
  const [style, mark] = eventStyles[kind];
  const next = "attempt" in event ? `, try ${event.attempt}${waitOf(event.inMs)}` : "";
  const reason = cut(event.reason.text, Math.max(8, columns - TITLE_COLUMNS - next.length - TIME_COLUMNS - 11));
  return `   ${paint(style, mark)} ${time}  ${title}  ${paint(style, reason)}${next}`;
}

function waitOf(inMs: number | undefined): string {
  return inMs === undefined ? "" : ` in ${formatSeconds(Math.max(0, inMs))}`;
}
