/** Rows of who waits and who listens hold for so long, and are renewed well before: a killed process is not told for ever. */
export const KEEP_MS = 30_000;
export const RENEW_EVERY_MS = 10_000;
