import { createWebChannel } from "../../src/bot/channels/web/web-channel.ts";
import { sendRow } from "../../src/bot/send-row.ts";
import { createTableChannel } from "./table-channel.ts";
import { openDatabase } from "../../src/store/db.ts";
import { claimLanes, settleSent, takeNext } from "../../src/store/outbox-lanes.ts";

/** A deliverer that says when it has reached a point and then stands still, to be killed there. */
const [url = "", point, surface = "web"] = process.argv.slice(2);
const db = openDatabase(url, { connectionsMax: 3 });
const stand = async (here: string): Promise<void> => {
  if (point !== here) return;
  process.stdout.write("here\n");
  await new Promise(() => setInterval(() => undefined, 1_000));
};

const holder = { id: "web/crashing", leaseSeconds: 3_600 };
const [place = ""] = await claimLanes(db.sql, surface, holder, 1);
await stand("claimed");
const row = await takeNext(db.sql, place, holder);
if (row === null) throw new Error("nothing to send");
await stand("taken");
const reference = await sendRow(db.sql, row, surface === "web" ? createWebChannel(db.sql) : createTableChannel(db.sql));
await stand("sent");
await settleSent(db.sql, row, reference);
await stand("settled");
