/** What the sun does once a day, at most places. */
export type SolarEvent = "dawn" | "sunrise" | "noon" | "sunset" | "dusk";

/**
 * How day of month and day of week go together where a pattern restricts both: `either` of them is enough, as cron has
 * it, or `both` must fit.
 */
export type DayRule = "either" | "both";

/** When a schedule happens, as it is stored. */
export type Timing =
  /** On a grid: at `anchorAt` and every `everyMs` before and after it. */
  | { readonly kind: "every"; readonly everyMs: number; readonly anchorAt: number }
  | { readonly kind: "cron"; readonly pattern: string; readonly timeZone: string; readonly dayRule: DayRule }
  | { readonly kind: "at"; readonly at: number }
  | {
      readonly kind: "solar";
      readonly event: SolarEvent;
      /** Degrees, north is positive. */
      readonly latitude: number;
      /** Degrees, east is positive. */
      readonly longitude: number;
    };

/** Instants in their order, UTC epoch milliseconds, without a beginning or an end that matters. */
export interface Occurrences {
  /** The first one after an instant; `undefined`: there will be none. */
  after(instant: number): number | undefined;
  /** The last one at or before an instant. */
  upTo(instant: number): number | undefined;
}
