/** Whether something is a promise, of whatever make: a library or another realm may have a class of its own. */
export function isThenable(value: unknown): value is PromiseLike<unknown> {
  return typeof value === "object" && value !== null && "then" in value && typeof value.then === "function";
}
