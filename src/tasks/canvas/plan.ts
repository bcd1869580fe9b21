import { newIdBeside } from "../../kernel/id.ts";
import type { Link, LinkCondition, NewJob } from "../../kernel/job.ts";
import { encodeInput, makeJob, signatureKeys } from "../call.ts";
import { FEED_HEADER, type Feed, join, MAP_HEADER } from "./feed.ts";
import { joinTask } from "./join-task.ts";
import { type Composition, callsOf, firstCallOf, type GroupPart, requireRoom, type TaskCall } from "./part.ts";

/** A slot that waits to be linked to. */
type Slot = Pick<Link, "to" | "slot">;

/**
 * What a part is given: an input at the start, or so many slots, filled by those before it. `guarded`: one slot more, for
 * what came before a group of which members may fail, since a failure there is none of its members'.
 */
type Source =
  | { readonly kind: "start"; readonly input: unknown }
  | { readonly kind: "slots"; readonly count: number; readonly feed: Feed; readonly guarded: boolean };

/** Where the outcome of a part goes: to all of these, or the outcome of each member of a group to its own. */
type Sink =
  | { readonly kind: "all"; readonly links: readonly Link[] }
  | { readonly kind: "each"; readonly links: readonly Link[]; readonly guard: readonly Slot[] };

const NOWHERE: Sink = { kind: "all", links: [] };
const ONE: Extract<Source, { kind: "slots" }> = { kind: "slots", count: 1, feed: "previous", guarded: false };

/** A workflow's jobs, and the inputs that its tasks' schemas can check before it is pushed. */
export interface WorkflowPlan {
  readonly jobs: readonly NewJob[];
  readonly inputs: readonly { readonly call: TaskCall; readonly input: unknown }[];
}

/** What a plan begins from. */
export interface PlanRequest {
  /** The id of the job that the composition ends with. */
  readonly id: string;
  readonly workflow: string;
  /** Who waits for the end of it all. */
  readonly links: readonly Link[];
  readonly input: unknown;
}

/**
 * Makes the jobs of a composition, from its end to its beginning: a part must know the slots of what follows it.
 * @throws OptionsInvalid (`OPTIONS_INVALID`), NotJson (`NOT_JSON`), TooLarge (`TOO_LARGE`)
 */
export function planWorkflow(composition: Composition, request: PlanRequest): WorkflowPlan {
  const plan = new Planner(request.workflow, firstCallOf(composition));
  plan.build(composition, { kind: "all", links: request.links }, { kind: "start", input: request.input }, request.id);
  return plan;
}

class Planner implements WorkflowPlan {
  readonly jobs: NewJob[] = [];
  readonly inputs: { call: TaskCall; input: unknown }[] = [];
  readonly #workflow: string;
  readonly #first: TaskCall;

  constructor(workflow: string, first: TaskCall) {
    this.#workflow = workflow;
    this.#first = first;
  }

  /** Adds the jobs of a composition, of which the last has this id; gives the slots in which it waits for its source. */
  build(composition: Composition, sink: Sink, source: Source, id: string = this.#newId()): readonly Slot[] {
    const { part } = composition;
    const out = this.#withCallbacks(composition, sink);
    switch (part.kind) {
      case "call":
        return this.#add(part.call, id, out.links, source);
      case "chain":
        return this.#buildChain(part.steps, out, source, id);
      case "group":
        return this.#buildGroup(part, out, source, id);
    }
  }

  /** A job is found by the links to it only beside those that have them. */
  #newId(): string {
    return newIdBeside(this.#workflow);
  }

  #withCallbacks({ callbacks, errorCallbacks }: Composition, sink: Sink): Sink {
    if (callbacks.length + errorCallbacks.length === 0) return sink;
    const after = callbacks.flatMap((callback) => linked(this.build(callback, NOWHERE, ONE), "success"));
    const failure: Source = { ...ONE, feed: "failure" };
    const instead = errorCallbacks.flatMap((callback) => linked(this.build(callback, NOWHERE, failure), "failure"));
    return { kind: "all", links: [...sink.links, ...after, ...instead] };
  }

  #buildChain(steps: readonly Composition[], sink: Sink, source: Source, id: string): readonly Slot[] {
    let slots: readonly Slot[] = [];
    let out = sink;
    for (const [index, step] of [...steps.entries()].reverse()) {
      const before = steps[index - 1];
      const isFed = index > 1 || source.kind === "slots";
      const own = before === undefined ? source : sourceBehind(before, isFed);
      slots = this.build(step, out, own, index === steps.length - 1 ? id : undefined);
      if (before !== undefined) out = sinkInto(slots, before);
    }
    return slots;
  }

  #buildGroup(group: GroupPart, sink: Sink, source: Source, id: string): readonly Slot[] {
    // A group takes one thing: a list is put together first.
    if (source.kind === "slots" && (source.feed === "list" || source.feed === "outcomes")) {
      const slots = this.#buildGroup(group, sink, ONE, id);
      return this.#add(this.#joinCall(), this.#newId(), linked(slots, "success"), source);
    }
    const { members } = group;
    const { links, guard } = sink.kind === "each" ? sink : this.#join(group, sink.links, source, id);
    const slots = members.flatMap((member, index) => {
      const own = links[index];
      return this.build(member, { kind: "all", links: own === undefined ? [] : [own] }, source);
    });
    return [...slots, ...guard];
  }

  #join(group: GroupPart, links: readonly Link[], source: Source, id: string): Extract<Sink, { kind: "each" }> {
    const gathered = sourceOf(group, source.kind === "slots");
    return sinkOf(this.#add(this.#joinCall(group.members[0]), id, links, gathered), group);
  }

  /** Runs where the first of those runs whose results it joins. */
  #joinCall(first?: Composition): TaskCall {
    const like = (first && callsOf(first)[0]) ?? this.#first;
    const { queue = like.task.settings.queue, priority = like.task.settings.priority } = like.options;
    const task = joinTask(like.source.settings);
    return {
      task,
      source: like.source,
      given: undefined,
      immutable: false,
      mapped: false,
      options: { queue, priority },
    };
  }

  #add(call: TaskCall, id: string, links: readonly Link[], source: Source): readonly Slot[] {
    requireRoom(this.jobs.length + 1);
    const slots = source.kind === "start" ? 0 : source.count + Number(source.guarded);
    this.jobs.push({ ...this.#job(call, source), id, node: { workflow: this.#workflow, slots, links } });
    return Array.from({ length: slots }, (_, slot) => ({ to: id, slot }));
  }

  #job(call: TaskCall, source: Source): NewJob {
    const { task, options, immutable, mapped } = call;
    const { settings, clock } = call.source;
    const isFed = source.kind === "slots" && !immutable;
    const input = source.kind === "start" && !immutable ? join(call.given, source.input) : call.given;
    if (!isFed) this.inputs.push({ call, input });
    const payload = encodeInput(task, input, settings.inputLimitBytes);
    const given = { input, payload, options, optionKeys: signatureKeys, keyed: false };
    const job = makeJob(task, given, settings.maxDelayMs, clock.now());
    const headers = {
      ...job.headers,
      ...(isFed ? { [FEED_HEADER]: source.guarded ? `${source.feed} ${source.count}` : source.feed } : {}),
      ...(mapped ? { [MAP_HEADER]: "1" } : {}),
    };
    return isFed || mapped ? { ...job, headers } : job;
  }
}

function linked(slots: readonly Slot[], on: LinkCondition): readonly Link[] {
  return slots.map((slot) => ({ ...slot, on }));
}

/** The group whose members' outcomes are the outcome of this composition, if it ends with one. */
function lastGroup({ part, callbacks, errorCallbacks }: Composition): GroupPart | undefined {
  // What follows the whole of a group needs it as one.
  if (callbacks.length + errorCallbacks.length > 0) return undefined;
  if (part.kind === "group") return part;
  const last = part.kind === "chain" ? part.steps.at(-1) : undefined;
  return last && lastGroup(last);
}

/** Whether something comes before the part with which this composition ends. */
function isLastFed({ part }: Composition, isFed: boolean): boolean {
  if (part.kind !== "chain") return isFed;
  const last = part.steps.at(-1);
  return part.steps.length > 1 || (last !== undefined && isLastFed(last, isFed));
}

function sourceBehind(before: Composition, isFed: boolean): Source {
  const group = lastGroup(before);
  return group === undefined ? ONE : sourceOf(group, isLastFed(before, isFed));
}

function sourceOf({ members, allowFailures }: GroupPart, isFed: boolean): Source {
  const feed = allowFailures ? "outcomes" : "list";
  return { kind: "slots", count: members.length, feed, guarded: allowFailures && isFed };
}

function sinkInto(slots: readonly Slot[], before: Composition): Sink {
  const group = lastGroup(before);
  return group === undefined ? { kind: "all", links: linked(slots, "success") } : sinkOf(slots, group);
}

function sinkOf(slots: readonly Slot[], { members, allowFailures }: GroupPart): Extract<Sink, { kind: "each" }> {
  const links = linked(slots.slice(0, members.length), allowFailures ? "end" : "success");
  return { kind: "each", links, guard: slots.slice(members.length) };
}
