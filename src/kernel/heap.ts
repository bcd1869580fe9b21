/**
 * A binary heap from which any item can be taken out: `peek` is constant, `add` and `remove` are O(log n).
 * What `compare` looks at must not change while an item is in the heap.
 */
export class Heap<Item extends object> {
  readonly #compare: (left: Item, right: Item) => number;
  readonly #items: Item[] = [];
  readonly #positions = new Map<Item, number>();

  constructor(compare: (left: Item, right: Item) => number) {
    this.#compare = compare;
  }

  get size(): number {
    return this.#items.length;
  }

  /** The first item in the order of `compare`. */
  peek(): Item | undefined {
    return this.#items[0];
  }

  has(item: Item): boolean {
    return this.#positions.has(item);
  }

  /** Adding an item that is already there changes nothing. */
  add(item: Item): void {
    if (this.#positions.has(item)) return;
    this.#place(item, this.#items.length);
    this.#rise(item, this.#items.length - 1);
  }

  /** Says whether the item was there. */
  remove(item: Item): boolean {
    const position = this.#positions.get(item);
    if (position === undefined) return false;
    this.#positions.delete(item);
    const last = this.#items.pop();
    if (last === undefined || last === item) return true;
    this.#place(last, position);
    this.#rise(last, position);
    this.#sink(last, this.#positions.get(last) ?? position);
    return true;
  }

  /** Every item, in no order. */
  values(): IterableIterator<Item> {
    return this.#positions.keys();
  }

  #place(item: Item, position: number): void {
    this.#items[position] = item;
    this.#positions.set(item, position);
  }

  #rise(item: Item, from: number): void {
    let position = from;
    while (position > 0) {
      const above = (position - 1) >> 1;
      const parent = this.#items[above];
      if (parent === undefined || this.#compare(parent, item) <= 0) return;
      this.#place(parent, position);
      this.#place(item, above);
      position = above;
    }
  }

  #sink(item: Item, from: number): void {
    let position = from;
    for (;;) {
      const below = this.#smallerChild(position);
      const child = below === undefined ? undefined : this.#items[below];
      if (below === undefined || child === undefined || this.#compare(item, child) <= 0) return;
      this.#place(child, position);
      this.#place(item, below);
      position = below;
    }
  }

  #smallerChild(position: number): number | undefined {
    const left = 2 * position + 1;
    const leftItem = this.#items[left];
    const rightItem = this.#items[left + 1];
    if (leftItem === undefined) return undefined;
    return rightItem !== undefined && this.#compare(rightItem, leftItem) < 0 ? left + 1 : left;
  }
}
