import { createHash } from "node:crypto";
import fc from "fast-check";
import { type App, type Context, chain, group, type Signature, type Task } from "lovage";

/** A random composition. A leaf is named by its number. */
export type Tree =
  | { readonly kind: "leaf"; readonly leaf: number; readonly fate: Fate }
  | { readonly kind: "replaced"; readonly leaf: number; readonly by: Tree }
  | { readonly kind: "chain"; readonly steps: readonly Tree[] }
  | { readonly kind: "group"; readonly members: readonly Tree[]; readonly allowFailures: boolean };

/** What its runs come to: `flaky` fails once and succeeds then. */
export type Fate = "succeeds" | "fails" | "flaky";

/** What a tree comes to: a value, or any of these leaves' failure. */
export type Expected =
  | { readonly ok: true; readonly value: unknown }
  | { readonly ok: false; readonly leaves: readonly number[] };

/** Trees of at most so many leaves, of which about one in `rarity` fails. */
export function arbitraryTree(maxLeaves: number, rarity: number): fc.Arbitrary<Tree> {
  const fate = fc.nat(rarity).map((nat): Fate => (nat === 0 ? "fails" : nat === 1 ? "flaky" : "succeeds"));
  const shapes = fc.letrec<{ tree: Tree }>((tie) => ({
    tree: fc.oneof(
      { depthSize: "medium", withCrossShrink: true },
      fate.map((one): Tree => ({ kind: "leaf", leaf: 0, fate: one })),
      fc.array(tie("tree"), { minLength: 1, maxLength: 4 }).map((steps): Tree => ({ kind: "chain", steps })),
      fc
        .tuple(fc.array(tie("tree"), { minLength: 1, maxLength: 10, size: "max" }), fc.boolean())
        .map(([members, allowFailures]): Tree => ({ kind: "group", members, allowFailures })),
      tie("tree").map((by): Tree => ({ kind: "replaced", leaf: 0, by })),
    ),
  }));
  return shapes.tree.map(numbered).filter((tree) => leavesOf(tree).length <= maxLeaves && isSmall(tree));
}

export function leavesOf(tree: Tree): readonly Tree[] {
  switch (tree.kind) {
    case "leaf":
      return [tree];
    case "replaced":
      return [tree, ...leavesOf(tree.by)];
    case "chain":
      return tree.steps.flatMap(leavesOf);
    case "group":
      return tree.members.flatMap(leavesOf);
  }
}

// A header holds 8,000 characters.
function isSmall(tree: Tree): boolean {
  return leavesOf(tree).every((leaf) => leaf.kind !== "replaced" || JSON.stringify(leaf.by).length < 8_000);
}

/** What the tree comes to where this is what came before. */
export function evaluate(tree: Tree, previous: unknown): Expected {
  switch (tree.kind) {
    case "leaf":
      return tree.fate === "fails"
        ? { ok: false, leaves: [tree.leaf] }
        : { ok: true, value: digest(tree.leaf, previous) };
    case "replaced":
      return evaluate(tree.by, undefined);
    case "chain":
      return tree.steps.reduce<Expected>((before, step) => (before.ok ? evaluate(step, before.value) : before), {
        ok: true,
        value: previous,
      });
    case "group":
      return evaluateGroup(tree, previous);
  }
}

function evaluateGroup({ members, allowFailures }: Extract<Tree, { kind: "group" }>, previous: unknown): Expected {
  const ends = members.map((member) => evaluate(member, previous));
  const leaves = ends.flatMap((end) => (end.ok ? [] : end.leaves));
  if (leaves.length > 0 && !allowFailures) return { ok: false, leaves };
  if (!allowFailures) return { ok: true, value: ends.map((end) => (end.ok ? end.value : undefined)) };
  return {
    ok: true,
    value: ends.map((end) => (end.ok ? { state: "succeeded", result: end.value } : { state: "failed" })),
  };
}

/** Plays the leaves: what one does travels in its headers, so that any process can. */
export type LeafTask = Task<unknown, unknown>;

/** Registers the task that plays them; `onRun` hears of every run. */
export function leafTask(app: App, onRun: (leaf: number, context: Context) => void): LeafTask {
  const task: LeafTask = app.task({
    name: "leaf",
    retry: { max: 3, backoff: 1 },
    run(previous: unknown, context): unknown {
      const { leaf = "", fate = "", by } = context.headers;
      onRun(Number(leaf), context);
      if (by !== undefined) return context.replace(signatureOf(JSON.parse(by), task));
      if (fate === "fails") throw new Error(`leaf ${leaf}`);
      if (fate === "flaky" && context.attempt === 1) throw new Error(`leaf ${leaf}, once`);
      return digest(Number(leaf), previous);
    },
  });
  return task;
}

export function signatureOf(tree: Tree, task: LeafTask): Signature<unknown, unknown> {
  switch (tree.kind) {
    case "leaf":
      return task.s(undefined, { headers: { leaf: String(tree.leaf), fate: tree.fate } });
    case "replaced":
      return task.s(undefined, { headers: { leaf: String(tree.leaf), by: JSON.stringify(tree.by) } });
    case "chain":
      return chain(...tree.steps.map((step) => signatureOf(step, task)));
    case "group": {
      const members = tree.members.map((member) => signatureOf(member, task));
      return tree.allowFailures ? group(members, { allowFailures: true }) : group(members);
    }
  }
}

/** Differs with the leaf and with all that came before it. */
function digest(leaf: number, previous: unknown): string {
  return createHash("sha1")
    .update(`${leaf} ${JSON.stringify(plain(previous))}`)
    .digest("base64url")
    .slice(0, 8);
}

/** Without what the model does not know: the ids of jobs, and which of several failures it was. */
export function plain(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(plain);
  if (typeof value !== "object" || value === null) return value ?? null;
  const { state, result } = value as { state?: unknown; result?: unknown };
  return state === "succeeded" ? { state, result: plain(result) } : { state };
}

function numbered(tree: Tree): Tree {
  let next = 0;
  const number = (one: Tree): Tree => {
    switch (one.kind) {
      case "leaf":
        next += 1;
        return { ...one, leaf: next };
      case "replaced":
        next += 1;
        return { ...one, leaf: next, by: number(one.by) };
      case "chain":
        return { ...one, steps: one.steps.map(number) };
      case "group":
        return { ...one, members: one.members.map(number) };
    }
  };
  return number(tree);
}
