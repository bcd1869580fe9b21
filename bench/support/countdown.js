/**
 * A promise that is kept once `done()` was called so many times.
 * @param {number} times
 */
export function countdown(times) {
  let left = times;
  const { promise, resolve } = Promise.withResolvers();
  return {
    promise,
    done() {
      left -= 1;
      if (left === 0) resolve();
    },
  };
}
