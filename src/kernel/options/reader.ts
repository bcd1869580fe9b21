import { type ByteSize, parseByteSize } from "../byte-size.ts";
import { type Duration, parseDuration } from "../duration.ts";
import { OptionsInvalid } from "../errors.ts";
import { isName } from "../job.ts";

/** Bounds of a number, both allowed. */
export interface Range {
  readonly min: number;
  readonly max: number;
}

/**
 * Reads options one by one and remembers what is wrong with each, so that all mistakes are told together.
 * A wrong value reads as its fallback; `finish()` throws before anyone can use it.
 */
export class OptionReader {
  readonly #mistakes: string[] = [];

  mistake(text: string): void {
    this.#mistakes.push(text);
  }

  durationMs(path: string, value: Duration | undefined, fallback: Duration): number {
    const parsed = parseDuration(value ?? fallback);
    if (parsed !== undefined) return parsed;
    this.mistake(`${path} is ${show(value)}, not a duration: write "30s", "5m" or milliseconds, not below 0`);
    return 0;
  }

  optionalDurationMs(path: string, value: Duration | undefined): number | undefined {
    return isAbsent(value) ? undefined : this.durationMs(path, value, 0);
  }

  integer(path: string, value: number | undefined, fallback: number, range: Range): number {
    const number = value ?? fallback;
    if (Number.isInteger(number) && number >= range.min && number <= range.max) return number;
    this.mistake(`${path} is ${show(value)}, not a whole number from ${range.min} to ${range.max}`);
    return fallback;
  }

  optionalInteger(path: string, value: number | undefined, range: Range): number | undefined {
    return isAbsent(value) ? undefined : this.integer(path, value, range.min, range);
  }

  bytes(path: string, value: ByteSize | undefined, fallback: ByteSize, range: Range): number {
    const parsed = parseByteSize(value ?? fallback);
    if (parsed !== undefined && parsed >= range.min && parsed <= range.max) return parsed;
    this.mistake(
      `${path} is ${show(value)}, not a size: write "64kb", "1mb" or bytes, from ${range.min} to ${range.max} bytes`,
    );
    return range.min;
  }

  name(path: string, value: string | undefined, fallback: string): string {
    const name = value ?? fallback;
    if (isName(name)) return name;
    this.mistake(`${path} is ${show(value)}, not a name: 1 to 200 characters, no control characters`);
    return fallback;
  }

  choice<const Choice extends string | boolean>(
    path: string,
    value: Choice | undefined,
    fallback: Choice,
    choices: readonly Choice[],
  ): Choice {
    const chosen = value ?? fallback;
    if (choices.includes(chosen)) return chosen;
    this.mistake(`${path} is ${show(value)}, not one of ${choices.map(show).join(", ")}`);
    return fallback;
  }

  /**
   * Options are often misspelled: a key that nobody reads is a mistake, not a wish. Gives the options to read from,
   * which are none when `value` is not a group of options at all.
   */
  knownKeys<Options extends object>(
    path: string,
    value: Options | undefined,
    keys: readonly string[],
  ): Partial<Options> {
    if (value === undefined) return {};
    if (typeof value !== "object" || value === null || Array.isArray(value)) {
      this.mistake(`${path === "" ? "" : `${path} is `}${show(value)}, not an object with options`);
      return {};
    }
    for (const key of Object.keys(value)) {
      if (!keys.includes(key)) {
        this.mistake(`${path === "" ? "" : `${path}.`}${key} is not an option; there are ${keys.join(", ")}`);
      }
    }
    return value;
  }

  /** @throws OptionsInvalid (`OPTIONS_INVALID`) with every mistake, if there is one. */
  finish(what: string): void {
    if (this.#mistakes.length === 0) return;
    const list = this.#mistakes.map((text) => `\n  - ${text}`).join("");
    throw new OptionsInvalid(
      `${what}: ${this.#mistakes.length === 1 ? "1 mistake" : `${this.#mistakes.length} mistakes`}:${list}`,
      {
        details: { mistakes: [...this.#mistakes] },
      },
    );
  }
}

/** `null` is no value either, wherever there is a default: a column of a database comes so. It must not read as 0. */
function isAbsent(value: unknown): value is undefined {
  return value === undefined || value === null;
}

/** A value as a mistake shows it. */
export function show(value: unknown): string {
  if (typeof value === "string") return JSON.stringify(value.length > 60 ? `${value.slice(0, 60)}…` : value);
  if (Array.isArray(value)) return "a list";
  return typeof value === "object" && value !== null ? "an object" : String(value);
}
