import { type Colour, coloured, printable, textWidth } from "./text.ts";

/** One column of a table for people. */
export interface Column<Row> {
  readonly title: string;
  readonly cell: (row: Row) => string;
  readonly align?: "left" | "right";
  readonly colour?: (row: Row) => Colour | undefined;
}

/** Lays rows out in aligned columns under their titles. */
export function formatTable<Row>(rows: readonly Row[], columns: readonly Column<Row>[]): string {
  const cells = rows.map((row) => columns.map((column) => printable(column.cell(row))));
  const widths = columns.map(({ title }, index) =>
    Math.max(title.length, ...cells.map((line) => textWidth(line[index] ?? ""))),
  );
  const layOut = (line: readonly string[], paint: (text: string, column: Column<Row>) => string): string =>
    columns
      .map((column, index) => {
        const text = line[index] ?? "";
        const space = " ".repeat((widths[index] ?? 0) - textWidth(text));
        return column.align === "right" ? space + paint(text, column) : paint(text, column) + space;
      })
      .join("  ")
      .trimEnd();
  const head = layOut(
    columns.map(({ title }) => title),
    (text) => coloured("dim", text),
  );
  const body = cells.map((line, index) => layOut(line, (text, column) => paintCell(text, column, rows[index])));
  return [head, ...body].join("\n");
}

/** Lays out facts as `name  value` lines; those without a value are left out. `mark`: stands behind the first. */
export function formatFacts(
  facts: readonly (readonly [name: string, value: string | undefined])[],
  mark: string = "",
): string {
  const present = facts.flatMap(([name, value]) => (value === undefined ? [] : [[name, value] as const]));
  const width = Math.max(0, ...present.map(([name]) => name.length));
  return present
    .map(([name, value], index) => {
      const lines = printable(value, { multiline: true }).replaceAll("\n", `\n${" ".repeat(width + 2)}`);
      return `${coloured("dim", name.padEnd(width))}  ${lines}${index === 0 && mark !== "" ? `  ${mark}` : ""}`;
    })
    .join("\n");
}

function paintCell<Row>(text: string, column: Column<Row>, row: Row | undefined): string {
  return coloured(row === undefined ? undefined : column.colour?.(row), text);
}
