/**
 * The cycles of a graph, one for each strongly connected component, as the nodes of one way round (Tarjan, O(nodes +
 * edges)).
 */
export function findCycles(graph: ReadonlyMap<string, readonly string[]>): string[][] {
  const search = new Search(graph);
  for (const node of graph.keys()) search.visit(node);
  return search.cycles;
}

class Search {
  readonly cycles: string[][] = [];
  readonly #graph: ReadonlyMap<string, readonly string[]>;
  readonly #order = new Map<string, number>();
  readonly #stack: string[] = [];

  constructor(graph: ReadonlyMap<string, readonly string[]>) {
    this.#graph = graph;
  }

  /** Gives the earliest node, by order of visit, that can be reached and is not in a finished component. */
  visit(node: string): number {
    const order = this.#order.get(node);
    if (order !== undefined) return this.#stack.includes(node) ? order : Number.POSITIVE_INFINITY;
    const own = this.#order.size;
    this.#order.set(node, own);
    this.#stack.push(node);
    const reached = (this.#graph.get(node) ?? []).map((next) => this.visit(next));
    const lowest = Math.min(own, ...reached);
    if (lowest === own) this.#close(node);
    return lowest;
  }

  #close(first: string): void {
    const component = this.#stack.splice(this.#stack.indexOf(first));
    const toItself = (this.#graph.get(first) ?? []).includes(first);
    if (component.length > 1 || toItself) this.cycles.push(component);
  }
}
