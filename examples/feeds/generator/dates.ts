/** How a feed writes its dates; all of these are met in real feeds. */
export type DateStyle =
  /** `Mon, 02 Nov 2026 08:15:00 GMT` */
  | "gmt"
  /** `Mon, 02 Nov 2026 10:15:00 +0200` */
  | "offset"
  /** `Mon, 02 Nov 2026 03:15:00 EST` */
  | "zone-name"
  /** `2 Nov 26 08:15 UT`: the two-digit year and missing weekday of RFC 822. */
  | "rfc-822"
  /** `2026-11-02T08:15:00Z` */
  | "iso"
  /** `2026-11-02T10:15:00.250+02:00` */
  | "iso-offset";

const weekdays = ["Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"];
const months = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];
const HOUR_MS = 3_600_000;

/** Writes an instant (UTC epoch milliseconds) in the given style. */
export function writeDate(instantMs: number, style: DateStyle): string {
  switch (style) {
    case "gmt":
      return `${longDate(instantMs)} GMT`;
    case "offset":
      return `${longDate(instantMs + 2 * HOUR_MS)} +0200`;
    case "zone-name":
      return `${longDate(instantMs - 5 * HOUR_MS)} EST`;
    case "rfc-822": {
      const date = new Date(instantMs);
      const year = String(date.getUTCFullYear()).slice(2);
      return `${date.getUTCDate()} ${months[date.getUTCMonth()]} ${year} ${clock(date).slice(0, 5)} UT`;
    }
    case "iso":
      return `${new Date(instantMs).toISOString().slice(0, 19)}Z`;
    case "iso-offset":
      return `${new Date(instantMs + 2 * HOUR_MS).toISOString().slice(0, 19)}.250+02:00`;
  }
}

function longDate(instantMs: number): string {
  const date = new Date(instantMs);
  const day = String(date.getUTCDate()).padStart(2, "0");
  return `${weekdays[date.getUTCDay()]}, ${day} ${months[date.getUTCMonth()]} ${date.getUTCFullYear()} ${clock(date)}`;
}

function clock(date: Date): string {
  return date.toISOString().slice(11, 19);
}
