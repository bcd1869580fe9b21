export function serve(
  handlers: Readonly<Record<string, (command: never) => unknown>>,
  close: () => Promise<void>,
): void;
export function childOptions<Options>(): Options;
