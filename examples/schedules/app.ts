import { type App, lovage } from "lovage";

export const app: App = lovage();

/** What the tasks have done, for the tour to show. */
export const diary: string[] = [];

/** Where the office is, whose days these are. */
export const timeZone = "Europe/Berlin";

/** The instant that a job of a schedule was planned for: not when it happens to run. */
export function plannedFor(headers: Readonly<Record<string, string>>): Date {
  return new Date(headers["lovage-scheduled-at"] ?? Date.now());
}

/** The day on which that was, where the office is: `2026-01-02`. */
export function dayOf(headers: Readonly<Record<string, string>>): string {
  return plannedFor(headers).toLocaleDateString("sv-SE", { timeZone });
}
