/** What requests of one kind cost, measured where a browser would be. */
export interface Cost {
  readonly what: string;
  readonly durationsMs: readonly number[];
  readonly medianMs: number;
  readonly slowestMs: number;
}

/** Sums up measured requests. */
export function costOf(what: string, durationsMs: readonly number[]): Cost {
  const sorted = durationsMs.toSorted((a, b) => a - b);
  return {
    what,
    durationsMs,
    medianMs: sorted[Math.floor(sorted.length / 2)] ?? 0,
    slowestMs: sorted.at(-1) ?? 0,
  };
}

/** A client of the web process. */
export class WebClient {
  readonly #url: string;
  readonly #signal: AbortSignal;

  constructor(url: string, signal: AbortSignal) {
    this.#url = url;
    this.#signal = signal;
  }

  /**
   * Sends a request and reads the whole answer.
   * @throws Error for any status but 2xx
   */
  async request(method: string, path: string, body?: unknown): Promise<Record<string, unknown>> {
    const response = await fetch(this.#url + path, {
      method,
      signal: this.#signal,
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    const answer: Record<string, unknown> = JSON.parse(await response.text());
    if (!response.ok) throw new Error(`${method} ${path} was answered ${response.status}: ${JSON.stringify(answer)}`);
    return answer;
  }

  /** Sends the requests one after the other, and measures each from its start to the end of its answer. */
  async measure(
    method: string,
    paths: readonly string[],
  ): Promise<{ readonly answers: readonly Record<string, unknown>[]; readonly durationsMs: readonly number[] }> {
    const answers: Record<string, unknown>[] = [];
    const durationsMs: number[] = [];
    for (const path of paths) {
      const startedAt = performance.now();
      answers.push(await this.request(method, path));
      durationsMs.push(performance.now() - startedAt);
    }
    return { answers, durationsMs };
  }
}
