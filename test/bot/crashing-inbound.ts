import { randomUUID } from "node:crypto";

import { dispatch } from "../../src/bot/dispatch.ts";
import { handleInbound } from "../../src/bot/handle-inbound.ts";
import type { Inbound } from "../../src/bot/inbound.ts";
import { openDatabase } from "../../src/store/db.ts";
import { claimInbound, receiveInbound } from "../../src/store/inbound.ts";
import { findByIdentity } from "../../src/store/people.ts";
import { testContext } from "../support/context.ts";

/** Works on something that arrived, says when it has reached a point, and stands still there, to be killed. */
const [url = "", point, text = ""] = process.argv.slice(2);
const db = openDatabase(url, { connectionsMax: 3 });
const base = testContext(db, { dataDir: "/tmp" });
const inbound = JSON.parse(text) as Inbound & { act: { kind: "command"; text: string } };
const stand = async (here: string): Promise<void> => {
  if (point !== here) return;
  process.stdout.write("here\n");
  await new Promise(() => setInterval(() => undefined, 1_000));
};

await receiveInbound(db.sql, inbound);
await stand("received");
if (point === "shown") {
  await handleInbound({
    base,
    inbound,
    show: async () => {
      await stand("shown");
      return null;
    },
  });
} else {
  await claimInbound(db.sql, inbound, randomUUID());
  await stand("claimed");
  const person = await findByIdentity(db.sql, { surface: "slack", externalId: inbound.person.externalId });
  if (person === null || person.role === null) throw new Error("nobody asks");
  const { id, name, role } = person;
  const request = `${inbound.surface}:${inbound.id}`;
  const actor = { kind: "user", id, name, role, scope: [], request } as const;
  await dispatch({ ctx: { ...base, actor, channel: "finops" }, text: inbound.act.text });
  await stand("done");
}
