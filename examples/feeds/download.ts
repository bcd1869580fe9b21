import { PermanentError } from "lovage";

/** A feed is a page of a few megabytes at the most; whatever goes on for longer is something else. */
const MAX_BYTES = 20_000_000;

/** A server that cannot answer now. Worth another try, after `retryAfter` where the server names a time. */
export class ServerBusy extends Error {
  override readonly name = "ServerBusy";
  /** As the header has it: seconds, or a date. Lovage waits for at least so long. */
  readonly retryAfter: string | undefined;

  constructor(message: string, retryAfter: string | null) {
    super(message);
    this.retryAfter = retryAfter ?? undefined;
  }
}

/** An answer that will be the same tomorrow. */
export class PageRefused extends PermanentError {
  override readonly name = "PageRefused";
}

/** A page as it came. */
export interface Page {
  readonly text: string;
  readonly bytes: number;
}

/**
 * Fetches a page and decodes it by the encoding that it declares.
 * @throws ServerBusy for 429 and 5xx; PageRefused for every other status but 200, and for a page that is too large;
 * what `fetch` throws when there is no connection, and the signal's reason once it aborts.
 */
export async function download(url: string, signal: AbortSignal, onProgress: (bytes: number) => void): Promise<Page> {
  const response = await fetch(url, {
    signal,
    headers: { accept: "application/atom+xml, application/rss+xml, */*;q=0.1" },
  });
  if (!response.ok) {
    await response.body?.cancel();
    const status = `${response.status} ${response.statusText}`.trim();
    if (response.status === 429 || response.status >= 500)
      throw new ServerBusy(status, response.headers.get("retry-after"));
    throw new PageRefused(status);
  }
  const bytes = await readBody(response, onProgress);
  return { text: decode(bytes, response.headers.get("content-type") ?? ""), bytes: bytes.length };
}

async function readBody(response: Response, onProgress: (bytes: number) => void): Promise<Buffer> {
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  for await (const chunk of response.body ?? []) {
    bytes += chunk.length;
    if (bytes > MAX_BYTES) throw new PageRefused(`the page is larger than ${MAX_BYTES / 1_000_000} MB`);
    chunks.push(chunk);
    onProgress(bytes);
  }
  return Buffer.concat(chunks);
}

/** The header names the encoding, else the XML declaration does, else it is UTF-8. */
function decode(bytes: Buffer, contentType: string): string {
  const declared =
    /charset="?([\w-]+)/i.exec(contentType) ?? /encoding=["']([\w-]+)/i.exec(bytes.toString("latin1", 0, 100));
  const label = declared?.[1] ?? "utf-8";
  try {
    return new TextDecoder(label).decode(bytes);
  } catch (cause) {
    throw new PageRefused(`the page is written in ${label}, which nobody here can read`, { cause });
  }
}
