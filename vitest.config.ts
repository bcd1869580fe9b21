import { defineConfig } from "vitest/config";

export default defineConfig({
  resolve: { conditions: ["lovage-source"] },
  ssr: { resolve: { conditions: ["lovage-source"] } },
  test: { include: ["test/**/*.test.ts"], testTimeout: 30_000, hookTimeout: 30_000 },
});
