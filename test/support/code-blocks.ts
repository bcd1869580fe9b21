import { globSync, readFileSync } from "node:fs";
import { join } from "node:path";

/** A block ` ```ts title="tasks.ts" ` of a page. */
export interface TitledBlock {
  readonly title: string;
  readonly code: string;
}

export interface PageWithCode {
  readonly page: string;
  readonly blocks: readonly TitledBlock[];
}

/** The pages of a folder that have files of TypeScript. */
export function pagesWithCode(folder: string, pages: readonly string[]): PageWithCode[] {
  return globSync([...pages], { cwd: folder, exclude: ["**/node_modules/**"] })
    .map((page) => ({ page, blocks: titledBlocks(readFileSync(join(folder, page), "utf8")) }))
    .filter(({ blocks }) => blocks.length > 0);
}

/** @throws Error where two blocks of a page are the same file, of which one would not be looked at. */
export function titledBlocks(markdown: string): TitledBlock[] {
  const blocks = [...markdown.matchAll(/^```ts title="([^"]+)"\n(.*?)^```$/gms)].map(([, title = "", code = ""]) => ({
    title,
    code,
  }));
  const titles = blocks.map(({ title }) => title);
  const twice = titles.find((title, index) => titles.indexOf(title) !== index);
  if (twice !== undefined) throw new Error(`Two blocks of one page are the file ${twice}.`);
  return blocks;
}
