import { CommanderError } from "commander";
import { standardError } from "../kernel/logger.ts";
import { version } from "../kernel/version.ts";
import { type ExitCode, exitCode, exitCodeOf } from "./exit-code.ts";
import { printFailure } from "./failure.ts";
import { createProgram } from "./program.ts";

/**
 * Runs the command line and gives its exit code (see `exit-code.ts`). Never rejects: whatever goes wrong is told on
 * standard error.
 *
 * @param argv The arguments after the script's name, as in `process.argv.slice(2)`.
 *
 * @example
 * process.exitCode = await main(process.argv.slice(2));
 */
export async function main(argv: readonly string[]): Promise<number> {
  let code: number = exitCode.ok;
  const json = argv.includes("--json");
  const finish = (given: number): void => {
    code = given;
  };
  const program = createProgram({ version, json, finish });
  process.stdout.on("error", endWithoutOutput);
  try {
    await program.parseAsync([...argv], { from: "user" });
  } catch (error) {
    code = explain(error, { json, debug: argv.includes("--debug") });
  }
  endWhateverIsLeft(code);
  return code;
}

function explain(error: unknown, flags: { readonly json: boolean; readonly debug: boolean }): ExitCode {
  // Commander has told its own errors already; help and version come as "errors" of code 0.
  if (error instanceof CommanderError) return error.exitCode === 0 ? exitCode.ok : exitCode.usage;
  printFailure(error, flags);
  return exitCodeOf(error);
}

// Time for what the user's modules close by themselves, such as a pool that ends when it is idle.
const LINGER_MS = 1_000;

/**
 * A module may have opened a connection or a timer that nobody closes; a worker that was stopped would then never end.
 * The timer does not keep the process alive: it fires only where something else does.
 */
function endWhateverIsLeft(code: number): void {
  setTimeout(() => process.exit(code), LINGER_MS).unref();
}

/** `lovage jobs list | head` closes the pipe early, which is no error of anybody's; a disk that is full is one. */
function endWithoutOutput(error: Error): void {
  if ("code" in error && error.code === "EPIPE") process.exit(exitCode.ok);
  standardError.write(
    `error: Standard output cannot be written to: ${error.message}. What is missing there is lost.\n`,
  );
  process.exit(exitCode.error);
}
