import { cpSync, existsSync, mkdirSync, symlinkSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { run, runOrThrow } from "./command.ts";
import type { Requirement } from "./requirement.ts";

const root = fileURLToPath(new URL("../..", import.meta.url));

// What `npm pack` reads: from a copy, so that a dist/ that someone else builds or removes meanwhile is left alone.
const packed = [
  "bin",
  "docs",
  "scripts",
  "src",
  "package.json",
  "tsconfig.json",
  "tsconfig.build.json",
  "README.md",
  "CHANGELOG.md",
  "CONTRIBUTING.md",
  "LICENSE",
];

/** Packs this package as it would be published, below `folder`, and gives the tarball's path. */
export function packTarball(folder: string): string {
  const copy = join(folder, "package");
  mkdirSync(copy, { recursive: true });
  for (const path of packed)
    if (existsSync(join(root, path))) cpSync(join(root, path), join(copy, path), { recursive: true });
  symlinkSync(join(root, "node_modules"), join(copy, "node_modules"));
  const output = runOrThrow(copy, ["npm", "pack", "--json", "--pack-destination", folder]);
  return join(folder, filenameOf(output));
}

/** A package registry, to install what the package depends on. */
export function registry(): Requirement {
  const { status } = run(root, ["npm", "view", "commander", "version", "--fetch-retries=0", "--fetch-timeout=10000"]);
  return { name: "registry", met: status === 0, install: "connect to an npm registry" };
}

function filenameOf(output: string): string {
  // The build may print lines of its own before npm's JSON.
  const filename = /"filename": "([^"]+)"/.exec(output)?.[1];
  if (filename === undefined) throw new Error(`npm pack named no file:\n${output}`);
  return filename;
}
