// Makes dist/ from src/: type declarations by the compiler, JavaScript by a bundler, and the SQL and Lua files beside them.
// Bundled, an idle worker holds 14 MB less than with a file a module, and starts sooner.
import { execFileSync } from "node:child_process";
import { cpSync, globSync, readFileSync, rmSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join, posix, relative, sep } from "node:path";
import { fileURLToPath } from "node:url";
import { rolldown } from "rolldown";

const root = fileURLToPath(new URL("..", import.meta.url));
const source = join(root, "src");
const destination = join(root, "dist");

rmSync(destination, { recursive: true, force: true });
declare();
await bundle();
for (const file of globSync("**/*.{sql,lua}", { cwd: source })) cpSync(join(source, file), join(destination, file));

function declare() {
  const compiler = join(dirname(createRequire(import.meta.url).resolve("typescript/package.json")), "bin/tsc");
  try {
    execFileSync(process.execPath, [compiler, "--project", "tsconfig.build.json"], { cwd: root, stdio: "inherit" });
  } catch {
    // The compiler has printed what is wrong, and where.
    process.exit(1);
  }
}

async function bundle() {
  const input = Object.fromEntries(entries().map((path) => [path.replace(/\.ts$/, ""), join(source, path)]));
  const build = await rolldown({
    input,
    platform: "node",
    external: /^(?![./]|[A-Za-z]:)/,
    plugins: [ownPlace(), latin1()],
  });
  await build.write({
    dir: destination,
    format: "esm",
    // The declarations keep them; here each isolate of a worker would hold a copy.
    comments: false,
    entryFileNames: "[name].js",
    chunkFileNames: "shared/[name]-[hash].js",
  });
  await build.close();
}

/** What is imported from outside: the package's exports, the command line, and what a thread or a child starts from. */
function entries() {
  const { exports } = JSON.parse(readFileSync(join(root, "package.json"), "utf8"));
  const exported = Object.values(exports).flatMap((entry) => entry["lovage-source"]?.replace("./src/", "") ?? []);
  const started = globSync("**/*.ts", { cwd: source }).flatMap((path) => {
    const named = readFileSync(join(source, path), "utf8").matchAll(
      /new URL\(\s*"(\.[^"]*\.ts)",\s*import\.meta\.url/g,
    );
    return [...named].map(([, target]) => relative(source, join(source, dirname(path), target)));
  });
  return [...new Set([...exported, "cli/main.ts", ...started])];
}

/** Lets a module find the files beside it from wherever the bundler puts it. */
function ownPlace() {
  return {
    name: "own-place",
    transform(code, id) {
      if (!code.includes("import.meta.url")) return null;
      const place = relative(source, id).split(sep).join("/").replace(/\.ts$/, ".js");
      return code
        .replaceAll(/(new URL\(\s*"\.[^"]*)\.ts(",\s*import\.meta\.url)/g, "$1.js$2")
        .replaceAll("import.meta.url", `__ownPlace(${JSON.stringify(place)})`);
    },
    renderChunk(code, chunk) {
      const from = posix.dirname(chunk.fileName);
      return code.replaceAll(/__ownPlace\("([^"]*)"\)/g, (_, place) => {
        const path = posix.relative(from, place);
        return `new URL(${JSON.stringify(path.startsWith(".") ? path : `./${path}`)}, import.meta.url).href`;
      });
    },
  };
}

/** One character beyond Latin-1 and V8 keeps two bytes for each of a file's characters, in each isolate that loads it. */
function latin1() {
  return {
    name: "latin-1",
    renderChunk: (code) =>
      code.replaceAll(/[^\0-\xff]/g, (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, "0")}`),
  };
}
