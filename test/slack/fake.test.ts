import { ErrorCode, WebClient } from "@slack/web-api";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";

import {
  ANA,
  APP_TOKEN,
  BOT_TOKEN,
  ELSEWHERE_CHANNEL,
  FINOPS_CHANNEL,
  SECRET_CHANNEL,
  startFakeSlack,
  type FakeSlack,
} from "./fake/fake-slack.ts";
import { mintTrigger } from "./fake/methods-views.ts";

/** The stand-in must refuse what the platform refuses, or every test against it proves nothing. */
let slack: FakeSlack;
let client: WebClient;
const clientOf = (token: string): WebClient =>
  new WebClient(token, {
    slackApiUrl: slack.apiUrl,
    retryConfig: { retries: 0 },
    rejectRateLimitedCalls: true,
    logger: {
      debug() {},
      info() {},
      warn() {},
      error() {},
      setLevel() {},
      getLevel: () => "error" as never,
      setName() {},
    },
  });
beforeAll(async () => {
  slack = await startFakeSlack();
  client = clientOf(BOT_TOKEN);
});
afterAll(() => slack.close());
beforeEach(() => slack.advance(60_000));

/** The platform's word for why not; null = it did it. */
async function refusal(call: Promise<unknown>): Promise<string | null> {
  return call.then(
    () => null,
    (error: { code?: string; data?: { error?: string }; message: string }) =>
      error.code === ErrorCode.RateLimitedError ? "ratelimited" : (error.data?.error ?? error.message),
  );
}
const post = (args: Record<string, unknown>): Promise<string | null> =>
  refusal(client.chat.postMessage({ channel: FINOPS_CHANNEL, text: "t", ...args }));
const section = (text: string) => ({ type: "section", text: { type: "plain_text", text } });
const button = (id: string, text = "go") => ({ type: "button", action_id: id, text: { type: "plain_text", text } });

describe("messages", () => {
  const cases: [string, Record<string, unknown>, string | null][] = [
    ["text alone", {}, null],
    ["no text", { text: "", blocks: [section("x")] }, "no_text"],
    ["an unknown channel", { channel: "C0NOWHERE01" }, "channel_not_found"],
    ["a public channel the bot is not in", { channel: ELSEWHERE_CHANNEL }, "not_in_channel"],
    ["a private channel the bot is not in", { channel: SECRET_CHANNEL }, "channel_not_found"],
    ["3,000 units in a section", { blocks: [section("x".repeat(3000))] }, null],
    ["3,001 units in a section", { blocks: [section("x".repeat(3001))] }, "invalid_blocks"],
    ["empty text in a section", { blocks: [section("")] }, "invalid_blocks"],
    ["an unknown block", { blocks: [{ type: "chart" }] }, "invalid_blocks"],
    ["an unknown key", { blocks: [{ type: "divider", colour: "red" }] }, "invalid_blocks"],
    ["51 blocks", { blocks: Array.from({ length: 51 }, () => ({ type: "divider" })) }, "invalid_blocks"],
    ["a long button", { blocks: [{ type: "actions", elements: [button("a", "x".repeat(76))] }] }, "invalid_blocks"],
    ["one action id twice", { blocks: [{ type: "actions", elements: [button("a"), button("a")] }] }, "invalid_blocks"],
    [
      "one block id twice",
      {
        blocks: [
          { type: "divider", block_id: "a" },
          { type: "divider", block_id: "a" },
        ],
      },
      "invalid_blocks",
    ],
    [
      "five legal blocks of 3,000",
      { blocks: Array.from({ length: 5 }, () => section("x".repeat(3000))) },
      "msg_blocks_too_long",
    ],
    [
      "a picture of a file that is not there",
      { blocks: [{ type: "image", alt_text: "a", slack_file: { id: "F0NOTHING01" } }] },
      "invalid_blocks",
    ],
    [
      "a picture of an id that is none",
      { blocks: [{ type: "image", alt_text: "a", slack_file: { id: "f1" } }] },
      "invalid_blocks",
    ],
    [
      "a native table where there are none",
      { blocks: [{ type: "table", rows: [[{ type: "raw_text", text: "a" }]] }] },
      "invalid_blocks",
    ],
    ["a thread that is not there", { thread_ts: "1.000001" }, "thread_not_found"],
  ];
  test.each(cases)("%s", async (_, args, want) => expect(await post(args)).toBe(want));

  test("an archived channel, a reply to a reply, an edit of somebody else's message", async () => {
    slack.channel(FINOPS_CHANNEL).archived = true;
    expect(await post({})).toBe("is_archived");
    slack.channel(FINOPS_CHANNEL).archived = false;
    const parent = await client.chat.postMessage({ channel: FINOPS_CHANNEL, text: "parent" });
    const reply = await client.chat.postMessage({ channel: FINOPS_CHANNEL, text: "reply", thread_ts: parent.ts });
    expect(await post({ thread_ts: reply.ts })).toBe("cannot_reply_to_message");
    expect(await refusal(client.chat.update({ channel: FINOPS_CHANNEL, ts: "1.000001", text: "x" }))).toBe(
      "message_not_found",
    );
  });

  test("more than a burst in one channel waits, another channel does not", async () => {
    const answers: (string | null)[] = [];
    for (let index = 0; index < 8; index += 1) answers.push(await post({}));
    expect(answers.filter((answer) => answer === "ratelimited").length).toBeGreaterThan(0);
    slack.advance(2_000);
    expect(await post({})).toBeNull();
  });
});

describe("tokens", () => {
  test("a wrong, revoked or expired token, and a missing scope", async () => {
    expect(await refusal(clientOf("xoxb-nobody").auth.test())).toBe("invalid_auth");
    const token = slack.token();
    token.scopes.delete("files:read");
    expect(await refusal(client.files.info({ file: "F0X" }))).toBe("missing_scope");
    token.scopes.add("files:read");
    token.expiresAt = slack.state.now() - 1;
    expect(await refusal(client.auth.test())).toBe("token_expired");
    token.expiresAt = null;
    token.revoked = true;
    expect(await refusal(client.auth.test())).toBe("token_revoked");
    token.revoked = false;
    expect(await refusal(client.apps.connections.open({}))).toBe("not_allowed_token_type");
    expect(await refusal(clientOf(APP_TOKEN).apps.connections.open({}))).toBeNull();
  });
});

describe("files", () => {
  test("a picture is taken only when its bytes are there and it has been processed", async () => {
    const bytes = Buffer.from("png");
    const picture = (id: string) => ({ type: "image", alt_text: "a", slack_file: { id } });
    const { upload_url: url, file_id: id = "" } = await client.files.getUploadURLExternal({
      filename: "a.png",
      length: 3,
    });
    const complete = () => refusal(client.files.completeUploadExternal({ files: [{ id, title: "a" }] }));
    expect(await complete()).toBe("file_not_found");
    expect((await fetch(url ?? "", { method: "POST", body: Buffer.from("longer") })).status).toBe(400);
    expect((await fetch(url ?? "", { method: "POST", body: bytes })).status).toBe(200);
    expect(await complete()).toBeNull();
    expect(await post({ blocks: [picture(id)] })).toBe("invalid_blocks");
    const looks = [];
    for (let index = 0; index < 2; index += 1) looks.push((await client.files.info({ file: id })).file?.mimetype);
    expect(looks).toEqual(["", "image/png"]);
    expect(await post({ blocks: [picture(id)] })).toBeNull();
  });
});

describe("forms", () => {
  test("a click opens one form, within three seconds", async () => {
    const view = {
      type: "modal" as const,
      title: { type: "plain_text" as const, text: "Form" },
      blocks: [section("x") as never],
    };
    const trigger = mintTrigger(slack.state, ANA);
    expect(await refusal(client.views.open({ trigger_id: trigger, view }))).toBeNull();
    expect(await refusal(client.views.open({ trigger_id: trigger, view }))).toBe("exchanged_trigger_id");
    const late = mintTrigger(slack.state, ANA);
    slack.advance(3_001);
    expect(await refusal(client.views.open({ trigger_id: late, view }))).toBe("expired_trigger_id");
  });
});
