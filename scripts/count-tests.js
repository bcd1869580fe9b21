// Prints what Vitest's JSON report counted, as one line: "N passed, N failed", and ", N skipped" if there are any.
// Plain JavaScript for any Node, since .ci/run calls it with the machine's own.
import { readFileSync } from "node:fs";

const { numPassedTests, numFailedTests, numPendingTests, numTodoTests } = JSON.parse(
  readFileSync(process.argv[2], "utf8"),
);
const skipped = numPendingTests + numTodoTests;
console.log(`${numPassedTests} passed, ${numFailedTests} failed${skipped === 0 ? "" : `, ${skipped} skipped`}`);
