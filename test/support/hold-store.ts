// A process that opens the store under argv[2] and keeps it up, says `ready`, what becomes of the server, and closes
// the store when its input ends.
import { openStore } from "../../src/store/open-store.ts";

const keep = {
  onGone: () => console.log("gone"),
  onBack: () => console.log("back"),
  onMoved: () => console.log("moved"),
};
const store = await openStore({ dataDir: process.argv[2] ?? "", databaseUrl: undefined, database: "finops", keep });
const [row] = await store.sql<
  { tables: string }[]
>`select count(*) as tables from pg_tables where schemaname = 'public'`;
console.log(`ready ${row?.tables ?? ""} ${new URL(store.url).port}`);
process.stdin.resume();
process.stdin.once("end", () => void store.close());
