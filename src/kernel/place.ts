import { fileURLToPath } from "node:url";

// This file lies in <root>/kernel: frames below <root> are Lovage's own. A stack shows modules by URL, in which a space is
// an escape, and what a bundler or a test runner has loaded by path.
const ownRoot = new URL("..", import.meta.url);
const ownRoots = [ownRoot.href, fileURLToPath(ownRoot)];

/** Where the caller of Lovage stands, as `file:line:column`, for messages that name a definition. */
export function callerPlace(): string {
  const frames = new Error().stack?.split("\n").slice(1) ?? [];
  const place = placeOf(frames.find(isUserFrame) ?? "");
  return place?.replace(/^file:\/\//, "") ?? "an unknown place";
}

/** Whether a line of a stack is in a file that is neither Lovage's nor Node's. */
export function isUserFrame(frame: string): boolean {
  const place = placeOf(frame);
  return place !== undefined && !ownRoots.some((root) => place.startsWith(root));
}

/** The file and position of a line of a stack; of Node's own modules, of built-in functions and of text none. */
function placeOf(frame: string): string | undefined {
  return /^ *at (?:async )?(?:.*\()?((?:file:\/\/|\/|[A-Za-z]:\\).*:\d+:\d+)\)?$/.exec(frame)?.[1];
}
