import { writeSync } from "node:fs";

import { deliverHandOffs } from "../../src/service/deliver-hand-offs.ts";
import { openDatabase, type Database, type Sql } from "../../src/store/db.ts";
import { aFinding, approve, crashEstate, render } from "./estate.ts";

/**
 * A process that approves or hands off and stands still, thread and all, before its Nth call of the database client
 * (statements and the beginnings of transactions), to be killed there. N = 0 never stands: it says how many there were.
 */
const [url = "", base = "", what = "", id = "", point = "0"] = process.argv.slice(2);
const standBefore = Number(point);
let calls = 0;

function counted<T extends object>(client: T): T {
  return new Proxy(client, {
    apply(target, self, args: unknown[]) {
      count();
      const result: unknown = Reflect.apply(target as never, self, args);
      return result;
    },
    get(target, key, receiver) {
      const value: unknown = Reflect.get(target, key, receiver);
      if (key !== "begin" || typeof value !== "function") return value;
      return (...args: unknown[]) => {
        count();
        const act = args.at(-1) as (tx: object) => unknown;
        const wrapped = [...args.slice(0, -1), (tx: object) => act(counted(tx))];
        const result: unknown = Reflect.apply(value, target, wrapped);
        return result;
      };
    },
  });
}

function count(): void {
  calls += 1;
  if (calls !== standBefore) return;
  writeSync(1, "here\n");
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0);
}

const db = openDatabase(url, { connectionsMax: 3 });
const sql: Sql = counted(db.sql);
const crashing: Database = { ...db, sql };
const all = crashEstate(crashing, base);
if (what === "approve") await approve(all.as("ana"), aFinding({ id }));
else await deliverHandOffs({ ctx: all.system, input: { render } });
writeSync(1, `done ${calls}\n`);
await db.close();
