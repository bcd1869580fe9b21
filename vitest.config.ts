import type { ViteUserConfig } from "vitest/config";
import { defineConfig } from "vitest/config";
import { BaseSequencer, type TestSpecification } from "vitest/node";

// In a clone "lovage" means src/: for Vite, for the processes that run the tests, and (env) for what those start.
const SOURCE_CONDITION = "lovage-source";

// Every process and engine thread of a clone strips the types of what it loads, by WebAssembly of its own; Node keeps the
// outcome here. That halves the start of a process (0.5 to 0.25 s), and spares the threads the WebAssembly, under which
// V8 now and then ends a process: "Check failed: jit_page.has_value()" (https://github.com/nodejs/node/issues/64500).
process.env.NODE_COMPILE_CACHE ??= new URL("node_modules/.cache/compiled", import.meta.url).pathname;

// Half a minute each, and small: a new clone, which knows no durations and takes the largest file first, would end with one
// of them on one core.
const LONGEST = /engines\/(default-lease|.*(conformance|pgbouncer|cluster|outages))|acceptance\//;

class LongestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const sorted = await super.sort(files);
    const rank = ({ moduleId }: TestSpecification): number => (LONGEST.test(moduleId) ? 0 : 1);
    return sorted.sort((one, other) => rank(one) - rank(other));
  }
}

const config: ViteUserConfig = defineConfig({
  resolve: { conditions: [SOURCE_CONDITION] },
  ssr: { resolve: { conditions: [SOURCE_CONDITION] } },
  test: {
    include: ["test/**/*.test.ts"],
    // `npm run test:all`: SQLite as the results of another engine takes its time, and shows little that the others do not.
    exclude: process.env.LOVAGE_TEST_ALL === "1" ? [] : ["test/engines/composed/conformance-*-sqlite.test.ts"],
    // Processes and not threads: tests change the environment, send signals and open SQLite files of their own.
    pool: "forks",
    // Two files at a time: most tests wait for a lease or a server. On 2 cores Vitest itself would take one.
    maxWorkers: 2,
    sequence: { sequencer: LongestFirst },
    env: { NODE_OPTIONS: `--conditions=${SOURCE_CONDITION}` },
    // Far above what any test needs on two busy cores: a time-out says "it hangs", never "it was slow today".
    testTimeout: 30_000,
    hookTimeout: 30_000,
    expect: { poll: { timeout: 20_000 } },
    // A test that passes at the second try has found something.
    retry: 0,
    // A forgotten `.only` would hide every other test.
    allowOnly: false,
  },
});

export default config;
