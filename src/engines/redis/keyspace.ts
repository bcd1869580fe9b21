/** The names of keys and channels of one namespace. The braces put all of them in one slot of a Cluster. */
export class Keyspace {
  /** Begins every name. */
  readonly prefix: string;

  constructor(namespace: string) {
    this.prefix = `lovage:{${encodeURIComponent(namespace)}}:`;
  }

  /** All ids, or those of a workflow's jobs, in a sorted set. */
  ids(workflow: string | undefined): string {
    return workflow === undefined ? `${this.prefix}ids` : `${this.prefix}wf:${workflow}`;
  }

  get changes(): string {
    return `${this.prefix}changes`;
  }

  wake(process: string): string {
    return `${this.prefix}wake:${process}`;
  }

  bus(topic: string): string {
    return `${this.prefix}bus:${topic}`;
  }
}
