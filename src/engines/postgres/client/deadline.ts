// setTimeout counts in 32 bits, and fires at once beyond: whoever has a month to wait is told after 24 days.
const MAX_TIMEOUT_MS = 2 ** 31 - 1;

/** Calls at an instant (epoch ms of this process), unless `clearTimeout` comes first. */
export function atDeadline(deadlineAt: number, callback: () => void): NodeJS.Timeout {
  return setTimeout(callback, Math.min(MAX_TIMEOUT_MS, Math.max(1, deadlineAt - Date.now())));
}
