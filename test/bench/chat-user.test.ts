import { afterAll, beforeAll, expect, test } from "vitest";

import { openChatUser } from "../../bench/chat-user.ts";
import { startChatServer, type ChatServer } from "../http/chat-server.ts";
import { smallEstate } from "../questions/estate.ts";
import { seedCharges } from "../questions/seed.ts";
import { createTestDatabase, type TestDatabase } from "../support/database.ts";

const TOKEN = "a shared token of a test";
let db: TestDatabase;
let server: ChatServer;
beforeAll(async () => {
  db = await createTestDatabase();
  await seedCharges(db, smallEstate());
  server = await startChatServer(db, { access: { kind: "token", token: TOKEN, role: "analyst" } });
});
afterAll(async () => {
  await server.close();
  await db.close();
});

test("the people of the conversation bench ask, read and look as the page does", async () => {
  const user = await openChatUser(server.url, { name: "bench", token: TOKEN });
  const answer = await user.ask("cost 2026-03 by service");
  expect(answer.title).toBe("Cost by service, March 2026");
  expect(answer.picture).toMatch(/^\/picture\/\d+\/[0-9a-f]{40}\.png$/);
  expect(await user.fetchPicture(answer.picture ?? "")).toBeGreaterThan(0);
  user.close();
});
