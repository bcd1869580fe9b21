// Makes dist/ from src/: JavaScript, type declarations, and the SQL files beside them.
import { execFileSync } from "node:child_process";
import { cpSync, globSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("..", import.meta.url));
const compiler = join(dirname(createRequire(import.meta.url).resolve("typescript/package.json")), "bin/tsc");

rmSync(join(root, "dist"), { recursive: true, force: true });
try {
  execFileSync(process.execPath, [compiler, "--project", "tsconfig.build.json"], { cwd: root, stdio: "inherit" });
} catch {
  // The compiler has printed what is wrong, and where.
  process.exit(1);
}
// The compiler renames the modules that are imported, but not those that a thread or a child is started from.
for (const file of globSync("dist/**/*.js", { cwd: root })) {
  const path = join(root, file);
  const text = readFileSync(path, "utf8");
  const renamed = text.replaceAll(/(new URL\(\s*"\.[^"]*)\.ts("\s*,\s*import\.meta\.url)/g, "$1.js$2");
  if (renamed !== text) writeFileSync(path, renamed);
}
for (const file of globSync("src/**/*.sql", { cwd: root })) {
  cpSync(join(root, file), join(root, "dist", file.slice("src/".length)));
}
