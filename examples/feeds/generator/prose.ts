import type { Random } from "./random.ts";
import type { Theme } from "./vocabulary.ts";

/** Text of one theme, made from its sentences. Plain text: whoever writes it into XML escapes it. */
export class Prose {
  readonly #random: Random;
  readonly #theme: Theme;
  #last = "";

  constructor(random: Random, theme: Theme) {
    this.#random = random;
    this.#theme = theme;
  }

  title(): string {
    return this.#fill(this.#random.pick(this.#theme.titles));
  }

  author(): string {
    return this.#random.pick(this.#theme.authors);
  }

  categories(): readonly string[] {
    return this.#theme.categories.filter(() => this.#random.chance(0.5));
  }

  sentences(count: number): string {
    return Array.from({ length: count }, () => this.#fill(this.#another())).join(" ");
  }

  /** Plain paragraphs. */
  paragraphs(count: number): readonly string[] {
    return Array.from({ length: count }, () => this.sentences(this.#random.integer(2, 6)));
  }

  /** The paragraphs as a page would carry them: some headed, quoted, listed, with a link or an image. */
  html(paragraphs: readonly string[], address: string): string {
    return paragraphs.map((text, index) => this.#block(escapeText(text), address, index)).join("\n");
  }

  #another(): string {
    this.#last = this.#random.pick(this.#theme.sentences.filter((sentence) => sentence !== this.#last));
    return this.#last;
  }

  #block(text: string, address: string, index: number): string {
    switch (this.#random.integer(0, 7)) {
      case 0:
        return `<h2>${escapeText(this.title())}</h2>\n<p>${text}</p>`;
      case 1:
        return `<blockquote><p>${text}</p></blockquote>`;
      case 2:
        return `<ul>${text
          .split(/(?<=[.。;]) ?/)
          .filter((item) => item !== "")
          .map((item) => `<li>${item}</li>`)
          .join("")}</ul>`;
      case 3:
        return `<p><img src="${address}/${index}.jpg" alt="" width="640" height="427"/><br/>${text}</p>`;
      case 4:
        return `<p>${text} <a href="${address}?ref=feed&amp;part=${index}">More</a></p>`;
      default:
        return `<p>${text}</p>`;
    }
  }

  #fill(template: string): string {
    const { things, places } = this.#theme;
    return template.replace(/\{(\w+)\}/g, (whole, name: string) => {
      const value = name.toLowerCase().startsWith("thing")
        ? this.#random.pick(things)
        : name.toLowerCase() === "place"
          ? this.#random.pick(places)
          : name.toLowerCase() === "number"
            ? String(this.#random.integer(3, 48))
            : whole;
      return /^\p{Lu}/u.test(name) ? value.replace(/^\p{Ll}/u, (letter) => letter.toUpperCase()) : value;
    });
  }
}

/** Escapes what may not stand in XML text. */
export function escapeText(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");
}

/** Escapes what may not stand in an attribute in double quotes. */
export function escapeAttribute(text: string): string {
  return escapeText(text).replaceAll('"', "&quot;");
}

/** Escapes, and writes everything beyond ASCII as numeric references, as some old publishing systems do. */
export function escapeNumerically(text: string): string {
  return escapeText(text).replace(/[^\x20-\x7e\n]/gu, (letter) => `&#${letter.codePointAt(0)};`);
}

/** Puts text into a CDATA section, split where it holds the end of one. */
export function cdata(text: string): string {
  return `<![CDATA[${text.replaceAll("]]>", "]]]]><![CDATA[>")}]]>`;
}
