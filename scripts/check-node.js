// Plain JavaScript that any Node can read, so that a missing or wrong Node is told in words instead of a stack.
const WANTED = [22, 18];
const [major = 0, minor = 0] = process.versions.node.split(".").map(Number);
if (major < WANTED[0] || (major === WANTED[0] && minor < WANTED[1])) {
  console.error(
    `Lovage needs Node ${WANTED.join(".")} or later, and this is ${process.version}.\n` +
      "The clone brings its own as a development dependency. It is missing when the install left out development\n" +
      "dependencies or ignored install scripts: run `npm ci --include=dev --ignore-scripts=false`, or use a newer Node.",
  );
  process.exit(1);
}
