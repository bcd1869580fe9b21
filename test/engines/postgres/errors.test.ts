import { expect, test } from "vitest";
import { toConnectError } from "../../../src/engines/postgres/errors.ts";

function systemError(syscall: string, code: string): Error {
  return Object.assign(new Error(`${syscall} ${code}`), { syscall, code });
}

test("a connection that is lost while it is made is an engine that is away, and no mistake in the URL", () => {
  for (const error of [systemError("read", "ECONNRESET"), systemError("connect", "ECONNREFUSED")])
    expect(toConnectError(error, "localhost:5432/db")).toMatchObject({ code: "ENGINE_UNAVAILABLE" });
});

test("a file of TLS that cannot be read is a mistake in the URL", () => {
  for (const error of [systemError("open", "ENOENT"), systemError("open", "EACCES"), systemError("read", "EISDIR")])
    expect(toConnectError(error, "localhost:5432/db")).toMatchObject({ code: "OPTIONS_INVALID" });
});
