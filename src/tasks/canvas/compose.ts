import { OptionsInvalid } from "../../kernel/errors.ts";
import { describeType } from "../../kernel/json.ts";
import type { MemberOutcome } from "./outcome.ts";
import type { Composition, Part } from "./part.ts";
import { compositionOf, Signature } from "./signature.ts";

type AnySignature = Signature<never, unknown>;
/** One whose types the overloads state. */
type UnknownSignature = Signature<unknown, never>;

type Takes<Member> = Member extends Signature<infer Input, unknown> ? (input: Input) => void : never;

/** What all of these can be given at once. */
export type InputOf<Members extends readonly AnySignature[]> =
  Takes<Members[number]> extends (input: infer Input) => void ? Input : never;

/** The results of these, in order. */
export type OutputsOf<Members extends readonly AnySignature[]> = {
  -readonly [Index in keyof Members]: Members[Index] extends Signature<never, infer Output> ? Output : never;
};

/** How each of these ended, in order. */
export type OutcomesOf<Members extends readonly AnySignature[]> = {
  -readonly [Index in keyof Members]: Members[Index] extends Signature<never, infer Output>
    ? MemberOutcome<Output>
    : never;
};

/** What becomes of a group of which members fail. */
export interface GroupOptions {
  /**
   * Default false: it fails with the first member that fails. True: it ends when all have ended, and says of each how.
   */
  readonly allowFailures?: boolean;
}

/** Puts signatures one after the other; its overloads check that what a step returns fits the next. */
export interface Chain {
  <A, B>(one: Signature<A, B>): Signature<A, B>;
  <A, B, C>(one: Signature<A, B>, two: Signature<B, C>): Signature<A, C>;
  <A, B, C, D>(one: Signature<A, B>, two: Signature<B, C>, three: Signature<C, D>): Signature<A, D>;
  <A, B, C, D, E>(...steps: [Signature<A, B>, Signature<B, C>, Signature<C, D>, Signature<D, E>]): Signature<A, E>;
  <A, B, C, D, E, F>(
    ...steps: [Signature<A, B>, Signature<B, C>, Signature<C, D>, Signature<D, E>, Signature<E, F>]
  ): Signature<A, F>;
  <A, B, C, D, E, F, G>(
    ...steps: [Signature<A, B>, Signature<B, C>, Signature<C, D>, Signature<D, E>, Signature<E, F>, Signature<F, G>]
  ): Signature<A, G>;
  /** Any number of steps, each of which returns what the next takes. */
  <Value>(...steps: readonly Signature<Value, Value>[]): Signature<Value, Value>;
}

/** Puts signatures side by side. */
export interface Group {
  <const Members extends readonly AnySignature[]>(
    members: Members,
    options?: { readonly allowFailures?: false },
  ): Signature<InputOf<Members>, OutputsOf<Members>>;
  <const Members extends readonly AnySignature[]>(
    members: Members,
    options: { readonly allowFailures: true },
  ): Signature<InputOf<Members>, OutcomesOf<Members>>;
}

/** Puts a signature behind a group. */
export interface Chord {
  <const Members extends readonly AnySignature[], Output>(
    header: Members,
    body: Signature<OutputsOf<Members>, Output>,
    options?: { readonly allowFailures?: false },
  ): Signature<InputOf<Members>, Output>;
  <const Members extends readonly AnySignature[], Output>(
    header: Members,
    body: Signature<OutcomesOf<Members>, Output>,
    options: { readonly allowFailures: true },
  ): Signature<InputOf<Members>, Output>;
}

/**
 * One after the other: each step is given what the one before returned. Where a step fails, those behind it fail as it did,
 * and none of them runs; a retry of that step by hand lets the chain go on.
 *
 * @throws OptionsInvalid (`OPTIONS_INVALID`) without a step.
 *
 * @example
 * await chain(fetchFeed.signature({ feedId: 7 }), parseFeed.signature(), saveFeed.signature()).delay();
 */
export const chain: Chain = (...steps: readonly AnySignature[]): UnknownSignature => {
  if (steps.length === 0) throw new OptionsInvalid("A chain without a step would do nothing: give it at least one.");
  return composed({ kind: "chain", steps: steps.flatMap(stepsOf) });
};

/**
 * Side by side: its result is the list of its members' results, in their order; with `allowFailures`, of how each ended.
 * Otherwise it fails with the first member that fails.
 *
 * @throws OptionsInvalid (`OPTIONS_INVALID`) for anything but a list of signatures.
 *
 * @example
 * const result = await group([resize.signature({ width: 80 }), resize.signature({ width: 800 })]).delay();
 */
export const group: Group = (members: readonly AnySignature[], options: GroupOptions = {}): UnknownSignature =>
  composed(groupOf(members, options));

/**
 * A group, and a body that is given the list of results when all members have ended: once, whatever happens to them.
 *
 * @throws OptionsInvalid (`OPTIONS_INVALID`) for anything but a list of signatures and a signature.
 *
 * @example
 * await chord(feeds.map(({ id }) => fetchFeed.signature({ feedId: id })), digest.signature()).delay();
 */
export const chord: Chord = (
  header: readonly AnySignature[],
  body: AnySignature,
  options: GroupOptions = {},
): UnknownSignature => {
  const steps = [plain(groupOf(header, options)), compositionOf(body)];
  return composed({ kind: "chain", steps });
};

/** A chain in a chain is its steps, however many were put one behind the other by one call each. */
function stepsOf(step: AnySignature): readonly Composition[] {
  const composition = compositionOf(step);
  const { part, callbacks, errorCallbacks } = composition;
  return part.kind === "chain" && callbacks.length + errorCallbacks.length === 0 ? part.steps : [composition];
}

function groupOf(members: readonly AnySignature[], { allowFailures = false }: GroupOptions): Part {
  if (!Array.isArray(members))
    throw new OptionsInvalid(`A group is a list of signatures, not ${describeType(members)}: write group([one, two]).`);
  // Not by map(): a member that was left out would be waited for.
  return { kind: "group", members: Array.from(members, compositionOf), allowFailures };
}

function plain(part: Part): Composition {
  return { part, callbacks: [], errorCallbacks: [] };
}

/** Its types are those of the overloads above, and nobody else makes one of several parts. */
function composed(part: Part): UnknownSignature {
  return new Signature(plain(part));
}
