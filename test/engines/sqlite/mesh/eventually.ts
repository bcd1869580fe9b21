import { vi } from "vitest";

/** Waits until the check passes, and fails with its error after ten seconds. */
export async function eventually(check: () => void | Promise<void>): Promise<void> {
  await vi.waitFor(check, { interval: 5, timeout: 10_000 });
}
