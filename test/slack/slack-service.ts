import { Hono } from "hono";

import { createWebChannel } from "../../src/bot/channels/web/web-channel.ts";
import { startSlack, type SlackSurface } from "../../src/bot/channels/slack/slack-surface.ts";
import { deliverDue } from "../../src/bot/deliver-outbox.ts";
import type { InboundBase } from "../../src/bot/handle-inbound.ts";
import type { SlackSettings } from "../../src/domain/slack.ts";
import { startHttp, type HttpServer } from "../../src/http/serve.ts";
import { createSlackRoutes } from "../../src/http/slack-routes.ts";
import { configureChannels } from "../../src/store/conversations.ts";
import { configureMirrors } from "../../src/store/outbox.ts";
import { PNG, settingsFor, silent } from "./channel-support.ts";
import { FINOPS_CHANNEL, PAYMENTS_CHANNEL, startFakeSlack, type FakeSlack } from "./fake/fake-slack.ts";

export type SlackService = {
  readonly slack: FakeSlack;
  readonly surface: SlackSurface;
  /** Sends what is due to the page and to Slack. */
  readonly deliver: () => Promise<number>;
  readonly url: string;
  readonly stop: () => Promise<void>;
};

/** The product in Slack, against the fake: real Bolt, real HTTP or socket, the real outbox. */
export async function startSlackService(
  base: InboundBase,
  given: Partial<SlackSettings> & {
    readonly slack?: FakeSlack;
    readonly sample?: boolean;
    /** Whether the fake ends with the service; false: whoever gave it ends it. */
    readonly closesSlack?: boolean;
  } = {},
): Promise<SlackService> {
  const { slack = await startFakeSlack(), sample = false, closesSlack = true, ...changes } = given;
  slack.state.features.postBurst = 1_000;
  const { sql } = base.db;
  const scope = [{ dimension: "team" as const, negated: false, values: ["payments"] }];
  await configureChannels(sql, [
    { name: "finops", scope: [] },
    { name: "payments", scope },
  ]);
  await configureMirrors(sql, [
    { name: "finops", also: [`slack:${FINOPS_CHANNEL}`] },
    { name: "payments", also: [`slack:${PAYMENTS_CHANNEL}`] },
  ]);
  const settings = settingsFor(slack, changes);
  const surface = startSlack({
    settings,
    real: base,
    current: async () => ({ base, sample }),
    png: () => Promise.resolve(PNG),
    publicUrl: null,
    now: slack.state.now,
    log: silent,
    probeMs: 50,
  });
  const app = new Hono().route("/slack", createSlackRoutes(surface) as unknown as Hono);
  const server: HttpServer = await startHttp({
    app: { fetch: (request, bindings) => app.fetch(request, bindings), close: () => Promise.resolve() },
    host: "127.0.0.1",
    port: 0,
  });
  const url = `http://127.0.0.1:${server.port}`;
  if (settings.mode === "http") slack.useHttp(`${url}/slack/events`);
  else slack.useSocket();
  const channels = [createWebChannel(sql), surface.channel];
  return {
    slack,
    surface,
    url,
    deliver: async () => {
      // Operational time passes: the pace between two posts is the outbox's own test.
      await sql`update outbox_lane set not_before = now()`;
      return deliverDue({ sql, channels, log: silent });
    },
    stop: async () => {
      await surface.stop();
      await server.close();
      if (closesSlack) await slack.close();
    },
  };
}
