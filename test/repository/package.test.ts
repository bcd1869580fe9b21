import { cpSync, globSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { run, runOrThrow, userEnvironment } from "../support/command.ts";
import { leadsSomewhere, linksWithin } from "../support/links.ts";
import { oldNode, oldNodePath } from "../support/old-node.ts";
import { testRequiring } from "../support/requirement.ts";
import { packTarball, registry } from "../support/tarball.ts";

const root = fileURLToPath(new URL("../..", import.meta.url));
const fixtures = join(root, "test/repository/fixtures");
const tool = (path: string): string => join(root, "node_modules", path);
const manifest = JSON.parse(readFileSync(join(root, "package.json"), "utf8"));
// Two installs, one of which brings a Node of 50 MB.
const INSTALL_TIMEOUT_MS = 180_000;

let folder: string;
let tarball: string;

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "lovage-package-"));
  tarball = packTarball(folder);
}, 120_000);

afterAll(() => {
  rmSync(folder, { recursive: true });
});

function filesOf(path: string): string[] {
  const listed = runOrThrow(folder, ["tar", "-tzf", path]).trim().split("\n");
  return listed.map((file) => file.replace(/^package\//, ""));
}

describe("the tarball", () => {
  test("holds all of src/ built, the SQL and Lua beside it, the documentation, and nothing else", () => {
    const files = filesOf(tarball);
    // JavaScript is bundled: what is imported or started from outside has its own file, the rest is shared.
    const scripts = files.filter((path) => /^dist\/.*\.js$/.test(path) && !path.startsWith("dist/shared/"));
    const shared = files.filter((path) => /^dist\/shared\/[\w-]+\.js$/.test(path));
    const types = globSync("**/*.ts", { cwd: join(root, "src") }).map(
      (path) => `dist/${path.replace(/\.ts$/, ".d.ts")}`,
    );
    expect(types).toEqual(expect.arrayContaining(scripts.map((path) => path.replace(/\.js$/, ".d.ts"))));
    const built = [...types, ...scripts, ...shared];
    const scriptTexts = globSync("**/*.{sql,lua}", { cwd: join(root, "src") }).map((path) => `dist/${path}`);
    const pages = globSync(["README.md", "CHANGELOG.md", "CONTRIBUTING.md", "docs/**/*.*"], { cwd: root });
    const expected = [...built, ...scriptTexts, ...pages, "LICENSE", "package.json", "bin/lovage.js", "bin/start.js"];
    expect(files.toSorted()).toEqual(expected.toSorted());
  });

  test("has what its README and its documentation link to", () => {
    const unpacked = join(folder, "unpacked");
    mkdirSync(unpacked);
    runOrThrow(unpacked, ["tar", "-xzf", tarball, "--strip-components=1"]);
    const links = linksWithin(unpacked, ["**/*.md"]);
    expect(links.map(({ page }) => page)).toContain("README.md");
    expect(links.filter((link) => !leadsSomewhere(unpacked, link))).toEqual([]);
  });

  test("passes publint", () => {
    expect(run(folder, [process.execPath, tool("publint/src/cli.js"), "run", "--strict", tarball])).toMatchObject({
      status: 0,
      stdout: expect.stringContaining("All good!"),
    });
  });

  test("resolves with its types for every ESM consumer", () => {
    const attw = tool("@arethetypeswrong/cli/dist/index.js");
    const { status, stdout } = run(folder, [process.execPath, attw, "--profile", "esm-only", "--no-emoji", tarball]);
    expect(status, stdout).toBe(0);
    for (const entry of Object.keys(manifest.exports)) expect(stdout).toContain(`"lovage${entry.slice(1)}"`);
  });
});

describe("installed in an empty folder", () => {
  const network = registry();

  testRequiring(network)(
    "every entry loads, a job runs on each engine, and the compiler agrees with the declarations",
    () => {
      const user = newProject("user", {});
      expect(runOrThrow(user, [process.execPath, "smoke.js"])).toContain(`Node ${process.version}`);
      expect(runOrThrow(user, ["npx", "--no-install", "lovage", "--version"]).trim()).toBe(manifest.version);
      mkdirSync(join(user, "node_modules/@types"), { recursive: true });
      symlinkSync(tool("@types/node"), join(user, "node_modules/@types/node"));
      symlinkSync(tool("undici-types"), join(user, "node_modules/undici-types"));
      for (const settings of [
        [],
        ["--target", "es2022", "--types", ""],
        ["--module", "esnext", "--moduleResolution", "bundler"],
      ])
        runOrThrow(user, [process.execPath, tool("typescript/bin/tsc"), "--project", "tsconfig.json", ...settings]);
    },
    INSTALL_TIMEOUT_MS,
  );

  testRequiring(network)(
    "the same on the oldest Node that it supports",
    () => {
      const version = `${manifest.engines.node.replace(">=", "")}.0`;
      const user = newProject("oldest", { node: version });
      const node = join(user, "node_modules/node/bin/node");
      const env = userEnvironment(node);
      expect(runOrThrow(user, [node, "smoke.js"], { env })).toContain(`Node v${version}`);
      expect(runOrThrow(user, ["npx", "--no-install", "lovage", "--version"], { env }).trim()).toBe(manifest.version);
    },
    INSTALL_TIMEOUT_MS,
  );

  /** An empty folder, then `npm install` of the tarball and `dependencies`. */
  function newProject(name: string, dependencies: Record<string, string>): string {
    const project = join(folder, name);
    mkdirSync(project);
    const options = {
      strict: true,
      target: "es2024",
      module: "nodenext",
      types: ["node"],
      skipLibCheck: false,
      noEmit: true,
    };
    writeFileSync(join(project, "tsconfig.json"), JSON.stringify({ compilerOptions: options, files: ["consumer.ts"] }));
    writeFileSync(
      join(project, "package.json"),
      JSON.stringify({ name, type: "module", private: true, allowScripts: { node: true }, dependencies }),
    );
    for (const file of ["smoke.js", "consumer.ts"]) cpSync(join(fixtures, file), join(project, file));
    runOrThrow(project, ["npm", "install", "--no-audit", "--no-fund", tarball], { timeout: INSTALL_TIMEOUT_MS });
    return project;
  }
});

describe("under a Node that is too old", () => {
  const script = `const { lovage } = await import("./dist/index.js");
    try { lovage(); } catch ({ code, message }) { console.log(code, message); }`;

  testRequiring(oldNode)("the package can be imported, and says which Node it needs", () => {
    const place = join(folder, "package");
    const old = oldNodePath ?? "";
    expect(run(place, [old, "--input-type=module", "--eval", script], { env: userEnvironment(old) })).toEqual({
      status: 0,
      stdout: expect.stringMatching(
        /^NODE_TOO_OLD Lovage needs Node 22\.18 or later, and this is \d+\.\d+\.\d+: .*\n$/,
      ),
      stderr: "",
    });
  });
});

describe("the lock file", () => {
  interface Locked {
    readonly optionalDependencies?: Readonly<Record<string, string>>;
  }
  const text = readFileSync(join(root, "package-lock.json"), "utf8");
  const packages: Readonly<Record<string, Locked>> = JSON.parse(text).packages;

  test("names no registry", () => {
    expect(text).not.toContain('"resolved": "http');
  });

  test("has what every platform installs: without, npm ci refuses to run anywhere", () => {
    const missing = Object.entries(packages).flatMap(([path, { optionalDependencies = {} }]) =>
      Object.keys(optionalDependencies).filter(
        (name) =>
          !Object.hasOwn(packages, `node_modules/${name}`) && !Object.hasOwn(packages, `${path}/node_modules/${name}`),
      ),
    );
    expect(missing).toEqual([]);
  });

  test("agrees with package.json", () => {
    const { dependencies, devDependencies } = manifest;
    expect(packages[""]).toMatchObject({ dependencies, devDependencies });
  });
});

test("every module that a thread or a child starts from was renamed by the build", () => {
  const dist = join(folder, "package/dist");
  const named = globSync("**/*.js", { cwd: dist }).filter((path) =>
    /new URL\(\s*"[^"]*\.ts"/.test(readFileSync(join(dist, path), "utf8")),
  );
  expect(named).toEqual([]);
});
