/**
 * Serves the parent's commands from a child: `handlers[command.do](command)`, the value is the answer.
 * @param {Readonly<Record<string, (command: any) => unknown>>} handlers
 * @param {() => Promise<void>} close
 */
export function serve(handlers, close) {
  process.on("message", async (command) => {
    const handler = handlers[command.do];
    if (handler === undefined) throw new Error(`No handler for ${command.do}.`);
    process.send?.((await handler(command)) ?? {});
  });
  process.on("disconnect", async () => {
    await close();
    process.exit(0);
  });
  process.send?.({ ready: true });
}

/** The options that the parent gave. */
export function childOptions() {
  return JSON.parse(process.argv[2] ?? "{}");
}
