import { DatabaseSync } from "node:sqlite";

/**
 * Makes this demo the only one in its folder. The lock is a transaction that is never ended, so that whatever ends the
 * process gives it back. Returns what gives it back before.
 * @throws Error when another demo holds it
 */
export function takeLock(path: string): () => void {
  const database = new DatabaseSync(path);
  try {
    database.exec("BEGIN EXCLUSIVE");
    return () => database.close();
  } catch (cause) {
    database.close();
    throw new Error(`Another demo is running here (it holds ${path}). Wait for its end, or set LOVAGE_DEMO_FOLDER.`, {
      cause,
    });
  }
}
