import { generateKeyPairSync, sign } from "node:crypto";

import type { APIInteraction } from "discord-api-types/v10";
import { beforeEach, describe, expect, test } from "vitest";

import { createDiscordRoutes } from "../../src/http/discord-routes.ts";
import { createSigningKey, signedHeaders } from "./fake/signing.ts";

const key = createSigningKey();
const NOW_S = 1_780_000_000;
let taken: APIInteraction[] = [];
let routes = routesAnswering({ type: 5 });

function routesAnswering(callback: object) {
  return createDiscordRoutes({
    publicKey: key.publicKeyHex,
    now: () => NOW_S * 1_000,
    take: (interaction, deliver) => {
      taken.push(interaction);
      void deliver(callback);
    },
  });
}
beforeEach(() => {
  taken = [];
  routes = routesAnswering({ type: 5 });
});

const interaction = (type: number) => JSON.stringify({ id: "1", token: "t", type, application_id: "2" });
const post = (body: string, headers: Record<string, string>) =>
  routes.request("/interactions", { method: "POST", body, headers });

describe("interactions over HTTP", () => {
  test("PING is answered, a command taken, its first answer is the response", async () => {
    const ping = await post(interaction(1), signedHeaders(key, interaction(1), NOW_S));
    expect([ping.status, await ping.json()]).toEqual([200, { type: 1 }]);
    const command = await post(interaction(2), signedHeaders(key, interaction(2), NOW_S));
    expect([command.status, await command.json()]).toEqual([200, { type: 5 }]);
    expect(taken).toHaveLength(1);
  });

  const body = interaction(2);
  const good = signedHeaders(key, body, NOW_S);
  const stranger = { publicKeyHex: "", privateKey: generateKeyPairSync("ed25519").privateKey };
  const shifted = (seconds: number) => signedHeaders(key, body, NOW_S + seconds);
  const cases: [string, string, Record<string, string>, number][] = [
    ["no signature", body, { "content-type": "application/json" }, 401],
    ["somebody else's", body, signedHeaders(stranger, body, NOW_S), 401],
    ["another body", interaction(3), good, 401],
    ["another time", body, { ...good, "x-signature-timestamp": String(NOW_S + 1) }, 401],
    ["six minutes old", body, shifted(-360), 401],
    ["six minutes ahead", body, shifted(360), 401],
    ["no hexadecimal", body, { ...good, "x-signature-ed25519": "z".repeat(128) }, 401],
    ["signed nonsense", "{", signedHeaders(key, "{", NOW_S), 400],
    ["signed something else", "{}", signedHeaders(key, "{}", NOW_S), 400],
    ["four minutes off", body, shifted(-240), 200],
  ];
  test.each(cases)("%s", async (_, given, headers, status) => {
    expect((await post(given, headers)).status).toBe(status);
    expect(taken).toHaveLength(status === 200 ? 1 : 0);
  });

  test("the same request again is not taken again", async () => {
    expect((await post(body, good)).status).toBe(200);
    expect((await post(body, good)).status).toBe(401);
    expect(taken).toHaveLength(1);
  });

  test("a signature over a large body is checked before anything is read; a larger one is refused", async () => {
    const large = "x".repeat(1024 * 1024 + 1);
    const signature = sign(null, Buffer.from(`${NOW_S}${large}`), key.privateKey).toString("hex");
    const headers = { "x-signature-ed25519": signature, "x-signature-timestamp": String(NOW_S) };
    expect((await post(large, { ...headers, "content-length": String(large.length) })).status).toBe(413);
  });
});
