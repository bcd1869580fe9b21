import { createConnection } from "node:net";
import { DatabaseSync } from "node:sqlite";
import { expect, onTestFinished, test } from "vitest";
import { createSqliteEngine } from "../../../src/engines/sqlite/index.ts";
import { temporaryPath } from "./setup.ts";

test("what the thread notices by itself reaches the logger, errors whole", async () => {
  const path = temporaryPath();
  const lines: unknown[] = [];
  const engine = createSqliteEngine({
    path,
    logger: { log: (level, message, fields) => void lines.push({ level, message, ...fields }) },
  });
  await engine.start();
  onTestFinished(() => engine.stop());
  const database = new DatabaseSync(path, { readOnly: true });
  const address = database.prepare("SELECT address FROM lovage_peer").get()?.address;
  database.close();
  const stranger = createConnection(String(address)).on("error", () => {});
  onTestFinished(() => void stranger.destroy());
  stranger.end("this is no frame of the mesh at all\n".repeat(10));
  await expect
    .poll(() => lines)
    .toContainEqual(
      expect.objectContaining({
        level: "warn",
        message: expect.stringContaining("cannot be read"),
        error: expect.any(Error),
      }),
    );
});
