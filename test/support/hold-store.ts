// A process that opens the store under argv[2], says `ready`, and closes it when its input ends.
import { openStore } from "../../src/store/open-store.ts";

const store = await openStore({ dataDir: process.argv[2] ?? "", databaseUrl: undefined, database: "finops" });
const [row] = await store.sql<
  { tables: string }[]
>`select count(*) as tables from pg_tables where schemaname = 'public'`;
console.log(`ready ${row?.tables ?? ""} ${new URL(store.url).port}`);
process.stdin.resume();
process.stdin.once("end", () => void store.close());
