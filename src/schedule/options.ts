import type { Duration } from "../kernel/duration.ts";
import type { Task } from "../tasks/index.ts";
import type { MissedPolicy, OverlapPolicy } from "./definition.ts";
import type { DayRule, SolarEvent } from "./timing/index.ts";

/** What the sun does, and where. */
export interface SolarOptions {
  /** Dawn and dusk are those of civil twilight: the sun 6° below the horizon. */
  readonly event: SolarEvent;
  /** Degrees, north is positive. */
  readonly latitude: number;
  /** Degrees, east is positive. */
  readonly longitude: number;
}

/** When a schedule happens: one of these. */
export interface TimingOptions {
  /**
   * On a grid that begins at `start`, else at 1970-01-01T00:00Z: `"10s"` is at :00, :10, :20 …, and stays so over
   * restarts. At least a second.
   */
  readonly every?: Duration;
  /**
   * A crontab pattern of five fields (minute, hour, day of month, month, day of week), or six with seconds first, with
   * names, lists, ranges, steps, `L`, `W`, `#`; or `@hourly`, `@daily`, `@weekly`, `@monthly`, `@yearly`.
   */
  readonly cron?: string;
  /** Of `cron`, by its IANA name: `"Europe/Berlin"`. Default `"UTC"`. */
  readonly timeZone?: string;
  /**
   * Of `cron`: whether `"either"` of day of month and day of week is enough where both are restricted (default), or `"both"`
   * must fit.
   */
  readonly dayRule?: DayRule;
  /** Once: a `Date`, or UTC epoch milliseconds. */
  readonly at?: Date | number;
  /** Every day on which the sun does this there. */
  readonly solar?: SolarOptions;
}

/** What a schedule says besides its timing. */
export interface RuleOptions {
  /**
   * Of the occurrences for which no worker was there: the latest runs once somebody is (`"once"`, default), each of the
   * latest 1,000 does (`"all"`), or none that is over a minute late (`"skip"`).
   */
  readonly missed?: MissedPolicy;
  /**
   * While the job of the last occurrence has not ended: the next one runs beside it (`"allow"`, default), is left out
   * (`"skip"`), or waits for its end, of several the latest (`"queue"`).
   */
  readonly overlap?: OverlapPolicy;
  /** Each job is due so much later at the most, by chance. Default: not at all. */
  readonly jitter?: Duration;
  /** No occurrence before it; one at it happens. */
  readonly start?: Date | number;
  /** No occurrence after it; one at it happens. */
  readonly end?: Date | number;
  /** A job that has not started so long after it was due is revoked. Default: the task's. */
  readonly expires?: Duration;
  /** Default: the task's. */
  readonly queue?: string;
  /** 0 to 9, 9 first. Default: the task's. */
  readonly priority?: number;
  /** Travel with each job. */
  readonly headers?: Readonly<Record<string, string>>;
}

/** One of these, and what belongs to it. */
export type OneTiming =
  | (Required<Pick<TimingOptions, "every">> & None<"cron" | "timeZone" | "dayRule" | "at" | "solar">)
  | (Required<Pick<TimingOptions, "cron">> &
      Pick<TimingOptions, "timeZone" | "dayRule"> &
      None<"every" | "at" | "solar">)
  | (Required<Pick<TimingOptions, "at">> & None<"every" | "cron" | "timeZone" | "dayRule" | "solar">)
  | (Required<Pick<TimingOptions, "solar">> & None<"every" | "cron" | "timeZone" | "dayRule" | "at">);

type None<Name extends string> = { readonly [Member in Name]?: undefined };

/** `input` may be left out where the task takes none. */
type InputOption<Input> = undefined extends Input
  ? { readonly input?: NoInfer<Input> }
  : { readonly input: NoInfer<Input> };

/** A schedule: what to run, with what, and when. */
export type ScheduleOptions<Input> = RuleOptions &
  OneTiming &
  InputOption<Input> & {
    /** Unique in a namespace. */
    readonly name: string;
    readonly task: Task<Input, unknown>;
  };

/** A schedule of a task that this process does not define. */
export type NamedScheduleOptions = RuleOptions &
  OneTiming & {
    /** Unique in a namespace. */
    readonly name: string;
    readonly task: string;
    readonly input?: unknown;
  };

/** What can be changed of a schedule. What is left out stays; another `cron` keeps `timeZone` and `dayRule`. */
export type ScheduleChanges = RuleOptions & TimingOptions & { readonly input?: unknown };

/** Options of a schedule whose types nobody asks for any more. */
export type AnyScheduleOptions = RuleOptions &
  TimingOptions & {
    readonly name: string;
    readonly task: string | { readonly name: string };
    readonly input?: unknown;
  };
