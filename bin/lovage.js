#!/usr/bin/env node
// Plain JavaScript that any Node can read, so that one that is too old is told in words instead of a stack.
const [major = 0, minor = 0] = process.versions.node.split(".").map(Number);
if (major < 22 || (major === 22 && minor < 18)) {
  console.error(`lovage needs Node 22.18 or later, and this is ${process.version}: install a newer one.`);
  process.exitCode = 1;
} else {
  import("./start.js");
}
