import { describe, expect, test } from "vitest";

import { EVENTS, explainedScopes, slackManifest } from "../../src/bot/channels/slack/manifest.ts";
import { BOT_SCOPES, scopesFor } from "../../src/bot/channels/slack/scopes.ts";
import { createSlackApp } from "../../src/bot/channels/slack/slack-app.ts";
import { silent } from "./channel-support.ts";

const base = {
  socket: false,
  history: false,
  publicUrl: "https://finops.acme.example",
  oauth: false,
  organisation: false,
};

describe("the manifest", () => {
  test("by HTTP names one address for everything; by socket none", () => {
    const text = JSON.stringify(slackManifest(base));
    expect(new Set(text.match(/https:[^"]+/g))).toEqual(new Set(["https://finops.acme.example/slack/events"]));
    expect(JSON.stringify(slackManifest({ ...base, socket: true, publicUrl: null }))).not.toContain("http");
  });

  test("asks for history only where it is wanted", () => {
    const scopes = (history: boolean) => slackManifest({ ...base, history }).oauth_config?.scopes?.bot ?? [];
    expect(scopes(false).filter((name) => /channels:history|groups:history/.test(name))).toEqual([]);
    expect(scopes(true)).toEqual(expect.arrayContaining(["channels:history", "groups:history"]));
  });

  test("has the event and the right of every handler, and no event without a handler", () => {
    const heard = new Set<string>();
    // Every handler registers by name: the app is asked what it hears.
    const receiver = { init: () => undefined, start: () => Promise.resolve(), stop: () => Promise.resolve() };
    const app = createSlackApp({
      receiver,
      settings: { apiUrl: "http://127.0.0.1:1/api/", history: true } as never,
      workspaces: { allows: () => true, lists: () => true } as never,
      hooks: {} as never,
      log: silent,
      onHear: (event) => heard.add(event),
    });
    expect(app).toBeDefined();
    const named = new Set(EVENTS.map(({ name }) => name.split(".")[0] ?? name));
    expect(heard).toEqual(named);
    const granted = scopesFor({ history: true }).map(({ name }) => name);
    expect(EVENTS.filter(({ scope }) => scope !== null && !granted.includes(scope))).toEqual([]);
  });

  test("explains every right, and each is asked for once", () => {
    expect(BOT_SCOPES.filter(({ why }) => why.length < 10)).toEqual([]);
    expect(new Set(BOT_SCOPES.map(({ name }) => name)).size).toBe(BOT_SCOPES.length);
    expect(explainedScopes({ socket: true, history: false }).map(({ name }) => name)).toContain("connections:write");
  });

  test("keeps Slack's own limits", () => {
    const { display_information: shown, features } = slackManifest(base);
    expect(shown.name.length).toBeLessThanOrEqual(35);
    expect(shown.description?.length).toBeLessThanOrEqual(140);
    expect(features?.slash_commands?.every(({ should_escape: escaped }) => escaped === true)).toBe(true);
  });
});
