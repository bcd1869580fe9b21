import { fileURLToPath } from "node:url";

// This file lies in <root>/kernel: frames below <root> are Lovage's own.
const ownRoot = fileURLToPath(new URL("..", import.meta.url));

/** Where the caller of Lovage stands, as `file:line:column`, for messages that name a definition. */
export function callerPlace(): string {
  const lines = new Error().stack?.split("\n").slice(1) ?? [];
  for (const line of lines) {
    const place = /\(?((?:file:\/\/|\/|[A-Za-z]:\\).*:\d+:\d+)\)?$/.exec(line.trim())?.[1];
    if (place === undefined) continue;
    const path = place.startsWith("file://") ? place.replace(/^file:\/\//, "") : place;
    if (!path.startsWith(ownRoot)) return path;
  }
  return "an unknown place";
}
