import { readFileSync } from "node:fs";

// package.json lies two folders above this file, in src/ as in dist/.
const manifest: { readonly version: string } = JSON.parse(
  readFileSync(new URL("../../package.json", import.meta.url), "utf8"),
);

/** The version of Lovage that runs. */
export const version: string = manifest.version;
