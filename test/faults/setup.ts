import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { type App, type LovageOptions, lovage } from "lovage";
import { onTestFinished } from "vitest";

/** A line that an app logged. */
export interface Line {
  readonly level: string;
  readonly message: string;
  readonly fields: Readonly<Record<string, unknown>>;
}

/** An app on a file, whose log can be read; it is closed at the end of the test. */
export interface LoggedApp {
  readonly app: App;
  readonly lines: readonly Line[];
}

/** A folder that is gone after the test. */
export function temporaryFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), "lovage-faults-"));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

/** An app as a user makes it, but for shorter times. */
export function openApp(file: string, options: LovageOptions = {}): LoggedApp {
  const lines: Line[] = [];
  const app = lovage({
    url: `sqlite:${file}`,
    worker: { lease: "1s", poll: "100ms", grace: "2s" },
    task: { retry: { backoff: 20, backoffMax: 50 } },
    logger: { log: (level, message, fields = {}) => void lines.push({ level, message, fields }) },
    ...options,
  });
  // Before the folder goes: hooks run last in, first out.
  onTestFinished(() => app.close());
  return { app, lines };
}

/** The file as something else than Lovage sees it: other code, or a person with a shell. */
export function openByHand(file: string): DatabaseSync {
  const database = new DatabaseSync(file, { enableForeignKeyConstraints: false, timeout: 5_000 });
  onTestFinished(() => {
    if (database.isOpen) database.close();
  });
  return database;
}
