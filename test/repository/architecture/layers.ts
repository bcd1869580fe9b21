/** Where a folder of src/ stands. It may import from lower layers only; folders of one layer are siblings. */
export interface Folder {
  readonly name: string;
  readonly layer: number;
  /** The highest layer that it may import from, where that is not simply the one below its own. */
  readonly reach: number;
}

const APP_LAYER = 7;

// One engine is a folder of its own; so is the conformance suite, which stands for any engine and knows none.
const table: readonly Folder[] = [
  ...layer(0, "kernel"),
  ...layer(1, "concurrency", "engine"),
  ...layer(2, "engines/*"),
  ...layer(3, "tasks"),
  ...layer(4, "worker", "schedule", "channels"),
  ...layer(5, "webhooks"),
  ...layer(6, "topics", "interop"),
  ...layer(APP_LAYER, "app"),
  ...layer(8, "http", "testing"),
  { name: "testing/conformance", layer: 8, reach: 1 },
  ...layer(9, "cli"),
  // src/*.ts are the package's entries: they show what is below, and belong to no folder.
  { name: "", layer: 8, reach: APP_LAYER },
];

/** Engines are handed to those below the composition root, which alone knows which there are. */
export const engineImportersFrom: number = APP_LAYER;

/** The folder that a file of src/ belongs to; `undefined` when the table does not name it. */
export function folderOf(path: string): Folder | undefined {
  const folders = path.split("/").slice(0, -1);
  const [first = "", second] = folders;
  if (second !== undefined) {
    const nested = table.find(({ name }) => name === `${first}/${second}` || name === `${first}/*`);
    if (nested !== undefined) return { ...nested, name: `${first}/${second}` };
  }
  return table.find(({ name }) => name === first);
}

function layer(number: number, ...names: readonly string[]): Folder[] {
  return names.map((name) => ({ name, layer: number, reach: number - 1 }));
}
