// A worker that drains and nothing else, in plain JavaScript: stripping types from a TypeScript file costs a process
// 30 MB, which would be counted as the worker's. Our side runs the built package, as users get it.
import { childOptions, serve } from "../support/child.js";

const { side, ...options } = childOptions();
const { prepare } = await import(`./drains/${side}.js`);

serve(
  {
    /** Runs `jobs` jobs, from the moment in which a worker that stands ready is let go to the last outcome. */
    async drain({ jobs }) {
      const worker = await prepare(options, jobs);
      const begin = performance.now();
      await worker.run();
      const seconds = (performance.now() - begin) / 1_000;
      const rss = process.memoryUsage.rss();
      await worker.close();
      return { rate: jobs / seconds, rss };
    },
  },
  async () => {},
);
