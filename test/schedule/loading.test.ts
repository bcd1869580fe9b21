import { execFileSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";

const root = fileURLToPath(new URL("../..", import.meta.url));

const script = `
import { createRequire } from "node:module";
import { lovage } from "lovage";

const { cache } = createRequire(import.meta.url);
const loaded = () => ["croner", "suncalc"].filter((name) => Object.keys(cache).some((path) => path.includes("/" + name + "/")));
const app = lovage({ url: "memory:", logger: { log() {} } });
const task = app.task({ name: "task", run() {} });
const worker = app.worker();
app.schedule({ name: "interval", task, every: "1h" });
await worker.start();
await worker.stop();
await app.schedules.list();
console.log(JSON.stringify(loaded()));
app.schedule({ name: "pattern", task, cron: "@daily" });
console.log(JSON.stringify(loaded()));
app.schedule({ name: "sun", task, solar: { event: "noon", latitude: 0, longitude: 0 } });
await worker.start();
console.log(JSON.stringify(loaded()));
await app.close();
`;

test("the libraries are loaded by the first schedule that needs them, and by no other", () => {
  const output = execFileSync(process.execPath, ["--input-type=module", "--eval", script], {
    cwd: root,
    encoding: "utf8",
  });
  expect(
    output
      .trim()
      .split("\n")
      .map((line) => JSON.parse(line)),
  ).toEqual([[], ["croner"], ["croner", "suncalc"]]);
});
