import { existsSync, globSync, readFileSync, statSync } from "node:fs";
import { dirname, join } from "node:path";

export interface Link {
  readonly page: string;
  readonly link: string;
}

/** What the pages of a folder link to within it, each with the page that does: a path, an anchor, or both. */
export function linksWithin(folder: string, pages: readonly string[]): Link[] {
  return globSync([...pages], { cwd: folder, exclude: ["**/node_modules/**"] }).flatMap((page) =>
    linksOf(readFileSync(join(folder, page), "utf8")).map((link) => ({ page, link })),
  );
}

/** Whether what a page links to is there. */
export function leadsSomewhere(folder: string, { page, link }: Link): boolean {
  const [path = "", anchor] = link.split("#");
  const target = path === "" ? join(folder, page) : join(folder, dirname(page), path);
  if (!existsSync(target)) return false;
  return (
    anchor === undefined || (statSync(target).isFile() && anchorsOf(readFileSync(target, "utf8")).includes(anchor))
  );
}

function linksOf(markdown: string): string[] {
  const prose = markdown.replace(/^```.*?^```$/gms, "");
  return [...prose.matchAll(/\]\(([^)\s]+)\)/g)]
    .map(([, target = ""]) => target)
    .filter((target) => !/^\w+:/.test(target));
}

/** The anchors that a forge makes of the headings of a page. */
function anchorsOf(markdown: string): string[] {
  return [...markdown.matchAll(/^#+ (.+)$/gm)].map(([, heading = ""]) =>
    heading
      .toLowerCase()
      .replace(/[^\p{L}\p{N}\s_-]/gu, "")
      .replace(/\s/g, "-"),
  );
}
