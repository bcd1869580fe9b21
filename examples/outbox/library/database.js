// Your SQLite library, whichever it is; this one has the interface of better-sqlite3. Plain JavaScript, so that the types
// of the repository do not depend on what is installed here.
import Database from "libsql";

export function openDatabase(path) {
  const database = new Database(path);
  database.pragma("journal_mode = WAL");
  database.pragma("busy_timeout = 5000");
  return database;
}
