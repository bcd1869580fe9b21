import { stripVTControlCharacters, styleText } from "node:util";

/** How a piece of text looks on a terminal. Without one, and under NO_COLOR, it is plain. */
export type Style = "bold" | "dim" | "green" | "yellow" | "red" | "cyan" | "magenta";

/** Styles text for standard output. */
export function paint(style: Style, text: string): string {
  return styleText(style, text, { stream: process.stdout });
}

const graphemes = new Intl.Segmenter(undefined, { granularity: "grapheme" });
// Letters of East Asian scripts and emoji take two columns of a terminal.
const wide =
  /^[\u1100-\u115f\u2e80-\u303e\u3041-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60\uffe0-\uffe6\u{1f300}-\u{1faff}\u{20000}-\u{3fffd}]/u;

/** Columns that a text takes on a terminal, its styles not counted. */
export function columnsOf(text: string): number {
  let columns = 0;
  for (const { segment } of graphemes.segment(stripVTControlCharacters(text))) columns += wide.test(segment) ? 2 : 1;
  return columns;
}

/** Cuts plain text to so many columns, with an ellipsis where something is left out. */
export function cut(text: string, columns: number): string {
  if (columnsOf(text) <= columns) return text;
  let kept = "";
  let taken = 0;
  for (const { segment } of graphemes.segment(text)) {
    taken += wide.test(segment) ? 2 : 1;
    if (taken > columns - 1) break;
    kept += segment;
  }
  return `${kept.trimEnd()}…`;
}

export function padRight(text: string, columns: number): string {
  return text + " ".repeat(Math.max(0, columns - columnsOf(text)));
}

export function padLeft(text: string, columns: number): string {
  return " ".repeat(Math.max(0, columns - columnsOf(text))) + text;
}

/** Makes what comes from outside safe to print: one line, no control characters. */
export function printable(text: string): string {
  return text.replace(/[\p{Cc}\p{Cf}\u2028\u2029]+/gu, " ").trim();
}

/** Breaks plain text into lines of so many columns, between words. */
export function wrap(text: string, columns: number): readonly string[] {
  const lines: string[] = [];
  let line = "";
  for (const word of text.split(" ")) {
    if (line !== "" && columnsOf(line) + 1 + columnsOf(word) > columns) {
      lines.push(line);
      line = word;
    } else line = line === "" ? word : `${line} ${word}`;
  }
  return [...lines, line];
}

/** `7 ms`, `1.84 s` */
export function formatMs(durationMs: number): string {
  if (durationMs >= 999.5) return `${(durationMs / 1_000).toFixed(2)} s`;
  return `${durationMs < 9.95 ? durationMs.toFixed(1) : Math.round(durationMs)} ms`;
}

/** `1.84 s` */
export function formatSeconds(durationMs: number): string {
  return `${(durationMs / 1_000).toFixed(2)} s`;
}

/** `12 KB`, `1.04 MB` */
export function formatBytes(bytes: number): string {
  return bytes >= 999_500 ? `${(bytes / 1_000_000).toFixed(2)} MB` : `${Math.ceil(bytes / 1_000)} KB`;
}

/** `1 feed`, `40 feeds` */
export function count(number: number, noun: string): string {
  return `${number.toLocaleString("en")} ${noun}${number === 1 ? "" : "s"}`;
}

const PLAIN_COLUMNS = 100;

/** Columns of the terminal; without one, room enough for every column of a table. */
export function columns(): number {
  return process.stdout.isTTY ? process.stdout.columns : PLAIN_COLUMNS;
}
