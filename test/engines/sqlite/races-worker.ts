import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { setTimeout as sleep } from "node:timers/promises";
import { lovage } from "lovage";

// One of several worker processes whose jobs change the same row of SQLite, each in its own way.
const folder = process.env.TEST_FOLDER ?? "";
const shop = new DatabaseSync(join(folder, "shop.db"), { timeout: 10_000 });
const app = lovage({ url: `sqlite:${join(folder, "jobs.db")}`, logger: { log() {} } });

const read = (): number => Number(shop.prepare("SELECT sold FROM seats").get()?.sold);
const write = (sold: number): void => void shop.prepare("UPDATE seats SET sold = ?").run(sold);
// What a handler does between the two; it also lets every process have its share of the jobs.
const consider = (): Promise<void> => sleep(10);

app.task({
  name: "naive",
  async run() {
    const sold = read();
    await consider();
    write(sold + 1);
  },
});

app.task({
  name: "increment",
  async run() {
    await consider();
    shop.exec("UPDATE seats SET sold = sold + 1");
  },
});

app.task({
  name: "immediate",
  async run() {
    shop.exec("BEGIN IMMEDIATE");
    const sold = read();
    await consider();
    write(sold + 1);
    shop.exec("COMMIT");
  },
});

await app.worker({ concurrency: 1 }).start();
