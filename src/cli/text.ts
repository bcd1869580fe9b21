import { styleText } from "node:util";

/** Where text goes, which decides whether it is coloured. */
export type Stream = NodeJS.WriteStream & { readonly fd: number };

export type Colour = "red" | "green" | "yellow" | "cyan" | "dim" | "bold";

/** Colours text for a terminal; elsewhere, under NO_COLOR, and without a colour, it stays as it is. */
export function coloured(colour: Colour | undefined, text: string, stream: Stream = process.stdout): string {
  // `dim` and the rest are formats of Node's own, which knows NO_COLOR, FORCE_COLOR and what is a terminal.
  return text === "" || colour === undefined ? text : styleText(colour, text, { stream });
}

// Names, messages and inputs come from anywhere: control characters could rewrite the reader's terminal, and the
// characters that turn the direction of writing could make one name look like another.
const UNPRINTABLE = /[\p{Cc}\p{Cs}\u2028\u2029\u202A-\u202E\u2066-\u2069]/gu;

/** Shows what a terminal would obey or hide as escapes: `\u{1b}`. Lines stay lines only with `multiline`. */
export function printable(text: string, options: { readonly multiline: boolean } = { multiline: false }): string {
  return text.replace(UNPRINTABLE, (character) => {
    if (options.multiline && (character === "\n" || character === "\t")) return character;
    return `\\u{${character.codePointAt(0)?.toString(16) ?? ""}}`;
  });
}

// East Asian wide characters and pictographs take two columns, combining marks none.
const WIDE =
  /[\p{Emoji_Presentation}\u1100-\u115F\u2E80-\uA4CF\uAC00-\uD7A3\uF900-\uFAFF\uFE30-\uFE6F\uFF00-\uFF60\uFFE0-\uFFE6]/u;
const ZERO = /[\p{Mn}\p{Me}\u200B-\u200D]/u;

/** The columns that text takes on a terminal. */
export function textWidth(text: string): number {
  let width = 0;
  for (const character of text) {
    if (!ZERO.test(character)) width += WIDE.test(character) ? 2 : 1;
  }
  return width;
}

/** Cuts text to so many columns, with an ellipsis where something is left out. */
export function clip(text: string, columns: number): string {
  if (textWidth(text) <= columns) return text;
  let width = 0;
  let clipped = "";
  for (const character of text) {
    width += textWidth(character);
    if (width > columns - 1) break;
    clipped += character;
  }
  return `${clipped}…`;
}

/** `1 job`, `2 jobs`. */
export function counted(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? "" : "s"}`;
}
