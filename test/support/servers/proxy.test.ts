import { once } from "node:events";
import { type AddressInfo, connect, createServer, type Socket } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import { beforeEach, describe, expect, onTestFinished, test } from "vitest";
import { type NetworkProxy, startProxy } from "./proxy.ts";

let proxy: NetworkProxy;
let received: string;

/** A server that answers every line `x` with `did x`, and remembers what it received. */
beforeEach(async () => {
  received = "";
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.setEncoding("utf8").on("data", (text: string) => {
      received += text;
      socket.write(text.replace(/^/gm, "did ").slice(0, -"did ".length));
    });
    // What the proxy resets is reset here too.
    socket.on("error", () => socket.destroy());
  });
  await once(server.listen(0, "127.0.0.1"), "listening");
  proxy = await startProxy(`tcp://127.0.0.1:${portOf(server.address())}`);
  onTestFinished(async () => {
    await proxy.close();
    for (const socket of sockets) socket.destroy();
    server.close();
  });
});

function portOf(address: AddressInfo | string | null): number {
  if (address === null || typeof address === "string") throw new Error("The server has no port.");
  return address.port;
}

class Client {
  seen = "";
  ending: string | undefined;
  readonly #socket: Socket;

  constructor() {
    this.#socket = connect(proxy.port, "127.0.0.1").setEncoding("utf8");
    this.#socket
      .on("data", (text: string) => {
        this.seen += text;
      })
      .on("error", (error: NodeJS.ErrnoException) => {
        this.ending = error.code;
      })
      .on("close", () => {
        this.ending ??= "closed";
      });
    onTestFinished(() => {
      this.#socket.destroy();
    });
  }

  send(text: string): void {
    this.#socket.write(text);
  }

  end(): void {
    this.#socket.end();
  }
}

/** A client that has had one answer, so that the connection stands. */
async function connected(): Promise<Client> {
  const client = new Client();
  client.send("hello\n");
  await expect.poll(() => client.seen).toBe("did hello\n");
  client.seen = "";
  return client;
}

test("it passes all on, in order, and an orderly end", async () => {
  const client = await connected();
  const lines = Array.from({ length: 20_000 }, (_, index) => `line ${index}\n`);
  client.send(lines.join(""));
  client.end();
  await expect.poll(() => client.ending).toBe("closed");
  expect(received).toBe(`hello\n${lines.join("")}`);
  expect(client.seen.endsWith("did line 19999\n")).toBe(true);
  expect(proxy.connections).toBe(0);
});

test("dropped connections see a reset, and new ones work", async () => {
  const client = await connected();
  proxy.drop();
  await expect.poll(() => client.ending).toBe("ECONNRESET");
  await connected();
});

test("refusing resets what is open and refuses what comes, until it passes again", async () => {
  const client = await connected();
  await proxy.refuse();
  await expect.poll(() => client.ending).toBe("ECONNRESET");
  const late = new Client();
  await expect.poll(() => late.ending).toBe("ECONNREFUSED");
  await proxy.pass();
  await connected();
});

test("a black hole accepts and never answers; what was sent into it arrives once it passes again", async () => {
  const before = await connected();
  proxy.blackhole();
  const during = new Client();
  before.send("a\n");
  during.send("b\n");
  await expect.poll(() => proxy.connections).toBe(2);
  await sleep(200);
  expect([before.seen, before.ending, during.seen, during.ending, received]).toEqual([
    "",
    undefined,
    "",
    undefined,
    "hello\n",
  ]);
  await proxy.pass();
  await expect.poll(() => before.seen).toBe("did a\n");
  await expect.poll(() => during.seen).toBe("did b\n");
});

test("a delay holds up each way, and ends", async () => {
  const client = await connected();
  proxy.delay(100);
  const sent = performance.now();
  client.send("a\n");
  await expect.poll(() => client.seen).toBe("did a\n");
  expect(performance.now() - sent).toBeGreaterThanOrEqual(199);
  await proxy.pass();
  client.send("b\n");
  await expect.poll(() => client.seen).toBe("did a\ndid b\n");
});

describe("a reply that is cut", () => {
  test("the server has done the work, the client sees a reset and no byte of the answer", async () => {
    const client = await connected();
    const other = await connected();
    const cut = proxy.cutReply({ request: "commit" });
    client.send("begin\n");
    await expect.poll(() => client.seen).toBe("did begin\n");
    client.send("commit\n");
    await cut;
    expect(received).toContain("commit\n");
    await expect.poll(() => client.ending).toBe("ECONNRESET");
    expect(client.seen).toBe("did begin\n");
    other.send("commit\n");
    await expect.poll(() => other.seen).toBe("did commit\n");
  });

  test("what the client sent after it reaches the server as well", async () => {
    const client = await connected();
    const cut = proxy.cutReply({ request: "two", reply: "did three" });
    client.send("one\n");
    client.send("two\n");
    client.send("three\n");
    await cut;
    expect(received).toBe("hello\none\ntwo\nthree\n");
    expect(client.ending).toBe("ECONNRESET");
  });

  test("the request is found also where it is sent in pieces", async () => {
    const client = await connected();
    const cut = proxy.cutReply({ request: "commit" });
    client.send("com");
    await expect.poll(() => received).toContain("com");
    client.send("mit\n");
    await cut;
    expect(received).toBe("hello\ncommit\n");
  });

  test("without a text it is the next request, once", async () => {
    const client = await connected();
    const cut = proxy.cutReply();
    client.send("a\n");
    await cut;
    await expect.poll(() => client.ending).toBe("ECONNRESET");
    await connected();
  });
});
