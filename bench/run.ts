import { existsSync } from "node:fs";
import { benches } from "./benches/index.ts";
import { Reporter } from "./support/reporter.ts";

// npm run bench -- NAME… [--json] [--smoke]: without a name, all of them in turn.
const args = process.argv.slice(2);
const flags = args.filter((arg) => arg.startsWith("--"));
const names = args.filter((arg) => !arg.startsWith("--"));
const unknown = [
  ...names.filter((name) => !(name in benches)),
  ...flags.filter((flag) => flag !== "--json" && flag !== "--smoke"),
];
if (unknown.length > 0) {
  console.error(`Unknown: ${unknown.join(", ")}. Benches: ${Object.keys(benches).join(", ")}. Flags: --json, --smoke.`);
  process.exit(2);
}
if (!existsSync(new URL("./node_modules", import.meta.url))) {
  console.error("The peers are not installed: use `npm run bench`, which does it.");
  process.exit(2);
}

const reporter = new Reporter({ json: flags.includes("--json") });
for (const [name, bench] of Object.entries(benches)) {
  if (names.length > 0 && !names.includes(name)) continue;
  await bench({ smoke: flags.includes("--smoke"), report: (line) => reporter.report({ bench: name, ...line }) });
}
// A smoke run proves that a bench runs; its figures are of no size to be judged, but nothing may be lost at any.
if ((flags.includes("--smoke") ? reporter.broken : reporter.missed) > 0) process.exitCode = 1;
