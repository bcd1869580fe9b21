import { placeOf, placeOfKey } from "../../../kernel/id.ts";
import type { Partition } from "../partition.ts";

/** The partitions of a namespace, and which of them has what: that follows from an id alone. */
export class Partitions {
  readonly all: readonly [Partition, ...Partition[]];

  constructor(all: readonly [Partition, ...Partition[]]) {
    this.all = all;
  }

  get first(): Partition {
    return this.all[0];
  }

  /** Those that can be asked at present; where none can, one that says why. */
  get up(): readonly Partition[] {
    const up = this.all.filter(({ store }) => store.isUp);
    return up.length > 0 ? up : [this.first];
  }

  /** The partition that has the job. */
  of(id: string): Partition {
    return this.#at(placeOf(id));
  }

  /** The partition that has the key. */
  ofKey(task: string, key: string): Partition {
    return this.#at(placeOfKey(task, key));
  }

  /** Items by the partition of their ids. */
  group<Item>(items: readonly Item[], idOf: (item: Item) => string): Map<Partition, Item[]> {
    return Map.groupBy(items, (item) => this.of(idOf(item)));
  }

  /** Has each partition answer for the items whose ids it has; gives the answers in the order of the items. */
  async answer<Item, Answer>(
    items: readonly Item[],
    idOf: (item: Item) => string,
    ask: (partition: Partition, items: readonly Item[]) => Promise<readonly Answer[]>,
  ): Promise<Answer[]> {
    const asked = this.askEach(items, idOf, async (partition, group) => {
      const answers = await ask(partition, group);
      return [partition, answers.values()] as const;
    });
    const answers = new Map(await asked);
    return items.map((item) => {
      const next = answers.get(this.of(idOf(item)))?.next();
      if (next === undefined || next.done) throw new RangeError(`${items.length} items got too few answers.`);
      return next.value;
    });
  }

  /** Asks each partition for the items whose ids it has. Where there are none the first: its answer says whether the engine runs. */
  askEach<Item, Answer>(
    items: readonly Item[],
    idOf: (item: Item) => string,
    ask: (partition: Partition, items: readonly Item[]) => Promise<Answer>,
  ): Promise<Answer[]> {
    const groups: (readonly [Partition, readonly Item[]])[] = [...this.group(items, idOf)];
    return all(groups.length === 0 ? [[this.first, []]] : groups, ([partition, group]) => ask(partition, group));
  }

  /** Asks every partition at once. */
  each<Answer>(ask: (partition: Partition) => Promise<Answer>): Promise<Answer[]> {
    return all(this.all, ask);
  }

  /** Asks those that are up, one after the other, for what is left of `max`; `ask` says how much of that it did. */
  async upTo(max: number, ask: (partition: Partition, left: number) => Promise<number>): Promise<number> {
    let done = 0;
    for (const partition of this.up) done += await ask(partition, max - done);
    return done;
  }

  #at(place: number): Partition {
    return this.all[place % this.all.length] ?? this.first;
  }
}

/** Also where one of them fails, the others are done before anyone hears of it. */
export async function all<Item, Answer>(
  items: readonly Item[],
  ask: (item: Item) => Promise<Answer>,
): Promise<Answer[]> {
  const settled = await Promise.allSettled(items.map(ask));
  return settled.map((one) => {
    if (one.status === "rejected") throw one.reason;
    return one.value;
  });
}
