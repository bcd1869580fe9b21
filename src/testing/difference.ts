import { inspect, isDeepStrictEqual } from "node:util";

/** One place in which two values differ. */
export interface Difference {
  /** For example `$.orders[1].state`. */
  readonly path: string;
  /** `undefined` where there is nothing. */
  readonly before: unknown;
  readonly after: unknown;
}

// More than a person reads; a walk over two large tables without a common row stops there.
const MAX_DIFFERENCES = 20;

/** How values are compared. */
export interface Comparison {
  /** Members of objects that `before` does not have are left out, at every depth. */
  readonly partial: boolean;
}

/**
 * Where two values differ, at most 20 places. Lists are compared by index, Maps by key, Sets by content; an absent
 * member equals an undefined one, as in JSON.
 */
export function differences(before: unknown, after: unknown, { partial }: Comparison): Difference[] {
  const walk: Walk = { partial, found: [], ancestors: new Set() };
  compare(before, after, "$", walk);
  return walk.found;
}

/** Differences as people read them, one a line: `$.orders[1]: nothing → { id: 2 }`. */
export function formatDifferences(found: readonly Difference[]): string {
  const lines = found.map(({ path, before, after }) => `  ${path}: ${formatValue(before)} → ${formatValue(after)}`);
  return lines.length < MAX_DIFFERENCES ? lines.join("\n") : [...lines, "  …"].join("\n");
}

/** A value on one line, cut where it would fill the screen. */
export function formatValue(value: unknown): string {
  if (value === undefined) return "nothing";
  const text = inspect(value, {
    depth: 6,
    breakLength: Number.POSITIVE_INFINITY,
    maxArrayLength: 20,
    maxStringLength: 200,
  });
  return text.length <= 400 ? text : `${text.slice(0, 400)}…`;
}

interface Walk extends Comparison {
  readonly found: Difference[];
  /** The objects on the way here, so that a cycle ends. */
  readonly ancestors: Set<object>;
}

/** A step from a value to one within it. */
interface Step {
  readonly name: string;
  readonly before: unknown;
  readonly after: unknown;
}

function compare(before: unknown, after: unknown, path: string, walk: Walk): void {
  if (walk.found.length >= MAX_DIFFERENCES) return;
  const steps = stepsBetween(before, after, walk.partial);
  if (steps === undefined) {
    if (!isDeepStrictEqual(before, after)) walk.found.push({ path, before, after });
    return;
  }
  const container = Object(before);
  if (walk.ancestors.has(container)) return;
  walk.ancestors.add(container);
  for (const step of steps) compare(step.before, step.after, `${path}${step.name}`, walk);
  walk.ancestors.delete(container);
}

/** The members of two values of one kind; `undefined` where they have none, or are of two kinds. */
function stepsBetween(before: unknown, after: unknown, partial: boolean): Step[] | undefined {
  if (Array.isArray(before) && Array.isArray(after)) return listSteps(before, after);
  if (before instanceof Map && after instanceof Map) return mapSteps(before, after);
  if (before instanceof Set && after instanceof Set) return setSteps(before, after);
  if (isRecord(before) && isRecord(after)) return recordSteps(before, after, partial);
  return undefined;
}

function listSteps(before: readonly unknown[], after: readonly unknown[]): Step[] {
  const length = Math.max(before.length, after.length);
  return [
    ...Array.from({ length }, (_, index) => ({ name: `[${index}]`, before: before[index], after: after[index] })),
    // An item that is undefined is told from none by the length alone.
    ...(before[length - 1] === after[length - 1]
      ? [{ name: ".length", before: before.length, after: after.length }]
      : []),
  ];
}

function mapSteps(before: ReadonlyMap<unknown, unknown>, after: ReadonlyMap<unknown, unknown>): Step[] {
  return [...new Set([...before.keys(), ...after.keys()])].map((key) => ({
    name: `.get(${formatValue(key)})`,
    before: before.get(key),
    after: after.get(key),
  }));
}

function setSteps(before: ReadonlySet<unknown>, after: ReadonlySet<unknown>): Step[] {
  const without = (set: ReadonlySet<unknown>, other: ReadonlySet<unknown>): unknown[] =>
    [...set].filter((value) => !other.has(value) && ![...other].some((one) => isDeepStrictEqual(value, one)));
  const toStep = (value: unknown, isBefore: boolean): Step => ({
    name: `.has(${formatValue(value)})`,
    before: isBefore,
    after: !isBefore,
  });
  return [
    ...without(before, after).map((value) => toStep(value, true)),
    ...without(after, before).map((value) => toStep(value, false)),
  ];
}

function recordSteps(before: object, after: object, partial: boolean): Step[] {
  const names = partial ? Object.keys(before) : [...new Set([...Object.keys(before), ...Object.keys(after)])];
  return names.map((name) => ({
    name: /^[\p{L}_$][\p{L}\p{N}_$]*$/u.test(name) ? `.${name}` : `[${JSON.stringify(name)}]`,
    before: Object.hasOwn(before, name) ? Reflect.get(before, name) : undefined,
    after: Object.hasOwn(after, name) ? Reflect.get(after, name) : undefined,
  }));
}

/** An object whose members are its value; a Date or a RegExp has none. */
function isRecord(value: unknown): value is object {
  return typeof value === "object" && value !== null && Object.prototype.toString.call(value) === "[object Object]";
}
