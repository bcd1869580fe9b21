import type { Task } from "lovage";
import { app, diary, plannedFor } from "./app.ts";

/** Since when a service has been down. In real life a table of yours: it must outlive this process. */
const downSince = new Map<string, string>();

export const alarm: Task<{ url: string; text: string }, void> = app.task({
  name: "health.alarm",
  run({ text }: { url: string; text: string }) {
    diary.push(`alarm: ${text}`);
  },
});

/**
 * Asks a web service whether it lives, and alarms when that changes, not at every check. The key names the change: should
 * this run twice, the alarm is the same job.
 */
export const checkHealth: Task<{ url: string }, void> = app.task({
  name: "health.check",
  retry: { max: 0 }, // the next check is the retry
  async run({ url }: { url: string }, { headers, signal }) {
    const isUp = await answers(url, signal);
    const since = downSince.get(url);
    if (isUp === (since === undefined)) return;
    const at = plannedFor(headers).toISOString();
    const text = isUp ? `up again at ${at}, down since ${since}` : `down since ${at}`;
    await alarm.delay({ url, text }, { key: `${text} ${url}` });
    if (isUp) downSince.delete(url);
    else downSince.set(url, at);
  },
});

async function answers(url: string, signal: AbortSignal): Promise<boolean> {
  try {
    return (await fetch(url, { signal: AbortSignal.any([signal, AbortSignal.timeout(2_000)]) })).ok;
  } catch (error) {
    if (signal.aborted) throw error;
    return false; // refused, reset, or no answer in time: that is what the check is for
  }
}
