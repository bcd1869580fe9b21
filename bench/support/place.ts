/** Where one side works: everything that it makes on the server has this name in its own, and is removed afterwards. */
export interface Place {
  readonly url: string;
  readonly name: string;
}

let made = 0;

/** A name that fits a schema, a namespace and a queue alike. */
export function ownName(): string {
  made += 1;
  return `bench_${process.pid}_${made}`;
}
