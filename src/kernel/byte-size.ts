/** A size: bytes, or a number with a unit of 1,024, 1,024² or 1,024³ bytes: `"64kb"`, `"1.5mb"`, `"2gb"`. */
export type ByteSize = number | `${number}${"kb" | "mb" | "gb"}`;

const UNIT_BYTES: Readonly<Record<string, number>> = { kb: 2 ** 10, mb: 2 ** 20, gb: 2 ** 30 };

/** Reads a size as whole bytes, or `undefined` where it is not one. Negative sizes are none. */
export function parseByteSize(value: unknown): number | undefined {
  const bytes = typeof value === "number" ? value : typeof value === "string" ? readText(value) : undefined;
  if (bytes === undefined || bytes < 0) return undefined;
  const whole = Math.round(bytes);
  return Number.isSafeInteger(whole) ? whole : undefined;
}

function readText(text: string): number | undefined {
  const match = /^(\d+(?:\.\d+)?)(kb|mb|gb)$/.exec(text);
  const unitBytes = UNIT_BYTES[match?.[2] ?? ""];
  return match === null || unitBytes === undefined ? undefined : Number(match[1]) * unitBytes;
}
