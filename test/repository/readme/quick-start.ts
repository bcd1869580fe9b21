/** One thing that the quick start tells its reader to do or to see. */
export type Step =
  /** A block ` ```ts title="tasks.ts" `: a file to write. */
  | { readonly kind: "file"; readonly name: string; readonly text: string }
  /** A line of a block ` ```sh `: a command to run to its end. */
  | { readonly kind: "command"; readonly line: string }
  /** A line of a block ` ```sh background `: a command that runs on, in a terminal of its own. */
  | { readonly kind: "background"; readonly line: string }
  /** A block ` ```text `: lines that the command before it prints, in this order. */
  | { readonly kind: "output"; readonly lines: readonly string[] };

const BEGIN = "<!-- quick-start -->";
const END = "<!-- /quick-start -->";

/** Reads the steps between the two marks; a block that is no step is an error, since nobody would test it. */
export function readQuickStart(markdown: string): Step[] {
  const begin = markdown.indexOf(BEGIN);
  const end = markdown.indexOf(END, begin);
  if (begin === -1 || end === -1) throw new Error(`The quick start is not between ${BEGIN} and ${END}.`);
  const section = markdown.slice(begin, end);
  const blocks = section.matchAll(/^```([^\n]*)\n(.*?)^```$/gms);
  return [...blocks].flatMap(([, info = "", text = ""]) => readBlock(info.trim(), text));
}

function readBlock(info: string, text: string): Step[] {
  const lines = text.split("\n").filter((line) => line !== "" && !line.startsWith("#"));
  const name = /^\w+ title="([^"]+)"$/.exec(info)?.[1];
  if (name !== undefined) return [{ kind: "file", name, text }];
  if (info === "sh") return lines.map((line) => ({ kind: "command", line }));
  if (info === "sh background") return lines.map((line) => ({ kind: "background", line }));
  if (info === "text") return [{ kind: "output", lines }];
  throw new Error(`A block \`\`\`${info} of the quick start is neither a file, nor commands, nor an output.`);
}
