import { createInterface } from "node:readline/promises";
import { OptionsInvalid } from "../kernel/errors.ts";

/**
 * Asks before something is destroyed. Without a terminal nobody can answer, and a script that hangs or that takes
 * silence for consent are both worse than one that stops.
 *
 * @throws OptionsInvalid (`OPTIONS_INVALID`) without a terminal.
 */
export async function confirm(question: string): Promise<boolean> {
  if (!process.stdin.isTTY || !process.stderr.isTTY) {
    throw new OptionsInvalid(`${question} There is no terminal to answer at: repeat it with --yes, or with --dry-run.`);
  }
  const cancel = new AbortController();
  const prompt = createInterface({ input: process.stdin, output: process.stderr });
  // Ctrl-C and Ctrl-D both mean no.
  prompt.once("SIGINT", () => cancel.abort());
  prompt.once("close", () => cancel.abort());
  try {
    const answer = await prompt.question(`${question} [y/N] `, { signal: cancel.signal });
    return /^y(es)?$/i.test(answer.trim());
  } catch (error) {
    if (cancel.signal.aborted) return false;
    throw error;
  } finally {
    prompt.close();
  }
}
