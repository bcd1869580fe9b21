import type { Link, When, WorkflowNode } from "../../../../kernel/job.ts";

/** A job's place in a workflow, as its row has it. The index job_workflow looks for the key `workflow`. */
interface StoredNode extends WorkflowNode {
  /** How long the job is delayed once its slots are filled. */
  readonly due?: When;
}

export function nodeText({ workflow, slots, links }: WorkflowNode, due?: When): string {
  const stored: StoredNode = { workflow, slots, links, ...(due === undefined ? {} : { due }) };
  return JSON.stringify(stored);
}

export function parseNode(text: string): WorkflowNode {
  const { workflow, slots, links } = parse(text);
  return { workflow, slots, links };
}

/** A link that somebody has changed by hand leads nowhere: an error would stop the upkeep of everyone's jobs. */
export function linksOf(text: string): readonly Link[] {
  return parse(text).links.filter((link: unknown) => isLink(link));
}

export function delayOf(text: string): When | undefined {
  return parse(text).due;
}

// A constraint of the table keeps text out that is something else.
function parse(text: string): StoredNode {
  return JSON.parse(text) as StoredNode;
}

function isLink(link: unknown): boolean {
  if (typeof link !== "object" || link === null || !("to" in link) || !("slot" in link)) return false;
  return typeof link.to === "string" && typeof link.slot === "number";
}
