import { once } from "node:events";
import { connect, type Socket } from "node:net";

/** What a Redis server answers, as far as tests ask for it. */
export type Reply = string | number | null | readonly Reply[];

const DEFAULT_PORT = 6379;
const TIMEOUT_MS = 5000;

/**
 * Asks a Redis server, over a connection of its own and without a client library, so that a handshake proves the
 * server and not a library. Throws the server's own words when it answers with an error.
 *
 * @example await askRedis("redis://127.0.0.1:6379", "PING"); // "PONG"
 */
export async function askRedis(url: string, ...command: readonly string[]): Promise<Reply> {
  const { hostname, port, username, password } = new URL(url);
  const socket = connect(Number(port || DEFAULT_PORT), hostname);
  socket.setTimeout(TIMEOUT_MS, () => socket.destroy(new Error(`No answer within ${TIMEOUT_MS} ms.`)));
  try {
    await once(socket, "connect");
    if (password !== "") await exchange(socket, ["AUTH", ...(username === "" ? [] : [username]), password]);
    return await exchange(socket, command.map(String));
  } finally {
    socket.destroy();
  }
}

async function exchange(socket: Socket, command: readonly string[]): Promise<Reply> {
  socket.write(`*${command.length}\r\n${command.map((part) => `$${Buffer.byteLength(part)}\r\n${part}\r\n`).join("")}`);
  const parts: Buffer[] = [];
  // Not by iterating: leaving the loop would destroy the socket.
  for (;;) {
    const parsed = parse(Buffer.concat(parts), 0);
    if (parsed !== undefined) return parsed.reply;
    parts.push(await nextPart(socket));
  }
}

function nextPart(socket: Socket): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    const ended = (): void => finish(() => reject(new Error("The server closed the connection.")));
    const failed = (error: Error): void => finish(() => reject(error));
    const arrived = (part: Buffer): void => finish(() => resolve(part));
    const finish = (settle: () => void): void => {
      socket.off("data", arrived).off("error", failed).off("close", ended);
      socket.pause();
      settle();
    };
    socket.on("data", arrived).on("error", failed).on("close", ended);
    socket.resume();
  });
}

interface Parsed {
  readonly reply: Reply;
  readonly end: number;
}

/** The reply that begins at `at`; `undefined` as long as it is not complete. */
function parse(bytes: Buffer, at: number): Parsed | undefined {
  const lineEnd = bytes.indexOf("\r\n", at);
  if (lineEnd < 0) return undefined;
  const line = bytes.toString("utf8", at + 1, lineEnd);
  const next = lineEnd + 2;
  const kind = bytes.toString("latin1", at, at + 1);
  switch (kind) {
    case "+":
      return { reply: line, end: next };
    case ":":
      return { reply: Number(line), end: next };
    case "-":
      throw new Error(line);
    case "$":
      return parseText(bytes, next, Number(line));
    case "*":
      return parseList(bytes, next, Number(line));
    default:
      throw new Error(`This is no Redis server: it answered ${JSON.stringify(`${kind}${line}`)}.`);
  }
}

function parseText(bytes: Buffer, start: number, length: number): Parsed | undefined {
  if (length < 0) return { reply: null, end: start };
  const end = start + length + 2;
  return bytes.length < end ? undefined : { reply: bytes.toString("utf8", start, start + length), end };
}

function parseList(bytes: Buffer, start: number, length: number): Parsed | undefined {
  const replies: Reply[] = [];
  let end = start;
  for (let index = 0; index < length; index++) {
    const parsed = parse(bytes, end);
    if (parsed === undefined) return undefined;
    replies.push(parsed.reply);
    end = parsed.end;
  }
  return { reply: length < 0 ? null : replies, end };
}
