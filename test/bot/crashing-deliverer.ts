import { createWebChannel } from "../../src/bot/channels/web/web-channel.ts";
import { sendRow } from "../../src/bot/deliver-outbox.ts";
import { openDatabase } from "../../src/store/db.ts";
import { deliverNext } from "../../src/store/outbox.ts";

/** A deliverer that says when it has reached a point and then stands still, to be killed there. */
const [url = "", point] = process.argv.slice(2);
const db = openDatabase(url, { connectionsMax: 3 });
const stand = (): Promise<never> => {
  process.stdout.write("here\n");
  return new Promise(() => setInterval(() => undefined, 1_000));
};

await deliverNext(db.sql, async (row) => {
  if (point === "before-send") await stand();
  await sendRow(row, [createWebChannel(db.sql)]);
  return stand();
});
