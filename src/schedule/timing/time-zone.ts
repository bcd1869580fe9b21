/** Whether this Node knows a time zone of this name; an offset such as `+02:00` is no zone, since it has no summer. */
export function isTimeZone(name: unknown): name is string {
  if (typeof name !== "string" || !/^[A-Za-z]/.test(name)) return false;
  try {
    new Intl.DateTimeFormat("en", { timeZone: name });
    return true;
  } catch (error) {
    if (error instanceof RangeError) return false;
    throw error;
  }
}

/** The name of a zone that a mistyped one may have meant. */
export function similarTimeZone(name: string): string | undefined {
  const wanted = name.toLowerCase().replaceAll(" ", "_");
  return Intl.supportedValuesOf("timeZone").find((known) => known.toLowerCase().endsWith(`/${wanted}`));
}
