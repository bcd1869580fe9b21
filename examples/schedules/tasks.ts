// npx lovage worker examples/schedules/tasks.ts: runs them by the real clock; `npx lovage schedules` shows what comes next.
import { tmpdir } from "node:os";
import { join } from "node:path";
import { app, timeZone } from "./app.ts";
import { checkHealth } from "./health.ts";
import { backUp, closeWeek, publishIssue, sampleLoad } from "./office.ts";

// The service whose health is checked, and where the backups go.
const { SERVICE_URL: url = "http://127.0.0.1:8099/", BACKUP_FOLDER: folder = join(tmpdir(), "lovage-backups") } =
  process.env;

// Every 10 seconds: at :00, :10, :20 …, whenever a worker was started. One that was missed is of no use later.
app.schedule({ name: "load", task: sampleLoad, every: "10s", missed: "skip", expires: "10s" });

// Monday 00:00.
app.schedule({ name: "week", task: closeWeek, cron: "0 0 * * MON", timeZone });

// The newsletter, in the night from Thursday to Friday; jitter spares the mail server the stroke of midnight.
app.schedule({ name: "newsletter", task: publishIssue, cron: "0 0 * * FRI", timeZone, jitter: "5m" });

// The nightly backup: also in the night in which the clocks skip 02:30, or show it twice. One at a time.
app.schedule({
  name: "backup",
  task: backUp,
  input: { folder },
  cron: "30 2 * * *",
  timeZone,
  overlap: "skip",
});

// The health of a web service: asked every 15 minutes, and an alarm only when it changes.
app.schedule({
  name: "health",
  task: checkHealth,
  input: { url },
  every: "15m",
  missed: "skip",
  overlap: "skip",
});

export { app };
