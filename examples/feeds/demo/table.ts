import { columnsOf, cut, padLeft, padRight, paint } from "./text.ts";

/** A column of a table. */
export interface Column {
  readonly title: string;
  readonly align: "left" | "right";
}

const GAP = "  ";

/** Lays out cells in columns; the first gives way when the whole is wider than `maxColumns`. */
export function layOut(columns: readonly Column[], rows: readonly (readonly string[])[], maxColumns: number): string[] {
  const widths = columns.map(({ title }, index) =>
    Math.max(columnsOf(title), ...rows.map((row) => columnsOf(row[index] ?? ""))),
  );
  const rest = widths.slice(1).reduce((sum, width) => sum + width + GAP.length, 0);
  widths[0] = Math.max(12, Math.min(widths[0] ?? 0, maxColumns - rest));
  const line = (cells: readonly string[]): string =>
    cells
      .map((cell, index) => place(cell, widths[index] ?? 0, columns[index]?.align ?? "left"))
      .join(GAP)
      .trimEnd();
  return [paint("dim", line(columns.map(({ title }) => title))), ...rows.map(line)];
}

function place(cell: string, width: number, align: "left" | "right"): string {
  const fitting = columnsOf(cell) > width ? cut(cell, width) : cell;
  return align === "left" ? padRight(fitting, width) : padLeft(fitting, width);
}
