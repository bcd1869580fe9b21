/** A row of the picture, with one value for each series. */
export interface Row {
  readonly label: string;
  readonly values: readonly number[];
}

export interface Picture {
  readonly title: string;
  readonly series: readonly string[];
  /** Rows that belong together, under the same heading. */
  readonly groups: readonly { readonly heading: string; readonly rows: readonly Row[] }[];
}

const COLOURS = ["#2f7d5b", "#3b6fb6", "#b07a2a"];
const WIDTH = 720;
const LEFT = 170;
const BAR_HEIGHT = 12;
const FONT = 'font-family="system-ui, sans-serif"';

/** Horizontal bars as an SVG: `values` beside each other, in rows, in groups. Readable on light and dark pages. */
export function drawBars({ title, series, groups }: Picture): string {
  const most = Math.max(...groups.flatMap(({ rows }) => rows.flatMap(({ values }) => values)));
  const scale = (WIDTH - LEFT - 60) / most;
  const parts: string[] = [];
  let y = 24;
  parts.push(text(16, y, title, 'font-size="15" font-weight="600"'));
  y += 22;
  for (const [index, name] of series.entries()) {
    parts.push(bar(LEFT + index * 120, y - 10, 10, index), text(LEFT + 16 + index * 120, y, name));
  }
  for (const { heading, rows } of groups) {
    y += 26;
    parts.push(text(16, y, heading, 'font-weight="600"'));
    y += 8;
    for (const { label, values } of rows) {
      parts.push(text(28, y + (values.length * BAR_HEIGHT) / 2 + 4, label));
      for (const [index, value] of values.entries()) {
        parts.push(bar(LEFT, y, value * scale, index));
        parts.push(text(LEFT + value * scale + 6, y + 10, value.toFixed(2), 'font-size="10"'));
        y += BAR_HEIGHT;
      }
      y += 6;
    }
  }
  const size = `viewBox="0 0 ${WIDTH} ${y + 10}" width="${WIDTH}" height="${y + 10}"`;
  const paper = `<rect width="${WIDTH}" height="${y + 10}" fill="#ffffff"/>`;
  return `<svg xmlns="http://www.w3.org/2000/svg" ${size} role="img">\n<title>${escapeText(title)}</title>\n${paper}\n${parts.join("\n")}\n</svg>\n`;
}

function bar(x: number, y: number, width: number, series: number): string {
  return `<rect x="${x}" y="${y}" width="${width.toFixed(1)}" height="${BAR_HEIGHT - 2}" fill="${COLOURS[series]}"/>`;
}

function text(x: number, y: number, content: string, more = ""): string {
  const size = more.includes("font-size") ? "" : ' font-size="12"';
  return `<text x="${x.toFixed(1)}" y="${y}" ${FONT}${size} fill="#222222" ${more}>${escapeText(content)}</text>`;
}

function escapeText(content: string): string {
  return content.replaceAll("&", "&amp;").replaceAll("<", "&lt;");
}
