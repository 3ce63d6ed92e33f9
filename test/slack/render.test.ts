import * as fc from "fast-check";
import { describe, expect, test } from "vitest";

import type { Action, Block, Card } from "../../src/bot/card.ts";
import { callOwners } from "../../src/bot/views/call-owners.ts";
import { plainText } from "../../src/bot/channels/plain-text.ts";
import { BLOCKS_BYTES_MAX } from "../../src/bot/channels/slack/limits.ts";
import { readPicked } from "../../src/bot/channels/slack/render-actions.ts";
import { renderModal } from "../../src/bot/channels/slack/render-modal.ts";
import { renderSlack, type RenderOptions } from "../../src/bot/channels/slack/render-slack.ts";
import { anyCard, HOSTILE, manyActions, plainCard } from "../bot/arbitrary-card.ts";
import { checkMessage, checkView } from "./fake/block-rules.ts";
import { buttonsOf, liveMentions, wordsOf } from "./fake/reading.ts";
import { createState, FakeRefusal, type FakeState, type Json } from "./fake/state.ts";

const FILE = "F0PICTURE01";
const state: FakeState = createState(() => 0);
state.features.tables = true;
state.files.set(FILE, {
  id: FILE,
  name: "chart.png",
  length: 1,
  ticket: "",
  bytes: null,
  title: "",
  completed: true,
  looksUntilReady: 0,
  channel: null,
});

const PLAIN: RenderOptions = { tokens: [], pictures: new Map(), mentions: new Map(), nativeTables: false };

/** What the platform's own rules say; the reasons where they refuse. */
function refusal(check: () => unknown): unknown {
  try {
    check();
    return null;
  } catch (error) {
    if (error instanceof FakeRefusal) return { code: error.code, ...error.extra };
    throw error;
  }
}

const pictures = (card: Card): Map<Block, string> =>
  new Map(card.blocks.filter(({ kind }) => kind === "chart").map((block) => [block, FILE]));
const tokens = (card: Card): string[] => card.actions.map((_, index) => `token-${index}`);
const json = (value: unknown): Json[] => JSON.parse(JSON.stringify(value)) as Json[];

describe("any card", () => {
  test("is within every limit, has its totals, and calls nobody", () => {
    fc.assert(
      fc.property(anyCard, fc.boolean(), fc.boolean(), (card, drawn, nativeTables) => {
        const message = renderSlack(card, {
          tokens: tokens(card),
          pictures: drawn ? pictures(card) : new Map(),
          mentions: new Map(),
          nativeTables,
        });
        const blocks = json(message.blocks);
        expect(refusal(() => checkMessage(state, { text: message.text, blocks }))).toBeNull();
        expect(Buffer.byteLength(JSON.stringify(message.blocks))).toBeLessThanOrEqual(BLOCKS_BYTES_MAX);
        expect(liveMentions(message.text, blocks)).toEqual([]);
        const words = wordsOf(blocks);
        const totals = card.blocks.flatMap((block) => (block.kind === "table" ? (block.totals ?? []) : []));
        expect(totals.filter((total) => !words.includes(plainText(total)))).toEqual([]);
      }),
      { numRuns: 150 },
    );
  });

  test("calls whom the product calls, under whatever name, and nobody else", () => {
    fc.assert(
      fc.property(anyCard, fc.constantFrom(...HOSTILE), (card, name) => {
        const [call] = callOwners([{ scope: [], person: { id: "p", handle: "p", name }, channel: null }], name);
        if (call === undefined) throw new Error("nobody is called");
        const blocks = [call, ...card.blocks].slice(0, 4);
        const message = renderSlack({ ...card, blocks }, { ...PLAIN, mentions: new Map([["p", "U0ADA00001"]]) });
        const live = liveMentions(message.text, json(message.blocks));
        expect(live.filter((one) => one !== JSON.stringify({ type: "user", user_id: "U0ADA00001" }))).toEqual([]);
        expect(live.length).toBeLessThanOrEqual(1);
      }),
      { numRuns: 60 },
    );
  });

  test("keeps its buttons", () => {
    fc.assert(
      fc.property(anyCard, (card) => {
        const { blocks } = renderSlack(card, { ...PLAIN, tokens: tokens(card) });
        const ids = JSON.stringify(blocks);
        const lost = card.actions.flatMap((action, index) => {
          const empty = action.kind === "link" || (action.kind === "select" && action.options.length === 0);
          return empty || ids.includes(`"token-${index}"`) ? [] : [index];
        });
        expect(lost).toEqual([]);
      }),
      { numRuns: 60 },
    );
  });

  test("of many actions: each can be pressed, and is read back as what it is", () => {
    fc.assert(
      fc.property(manyActions(40), (card) => {
        const { text, blocks } = renderSlack(card, { ...PLAIN, tokens: card.actions.map((_, index) => `f:${index}`) });
        expect(refusal(() => checkMessage(state, { text, blocks: json(blocks) }))).toBeNull();
        const found = blocks
          .flatMap((block) => (block.type === "actions" ? block.elements : []))
          .flatMap((element) => {
            if (element.type === "button") return [element.action_id ?? ""];
            if (element.type !== "static_select") return [];
            return (element.options ?? []).map(({ value = "" }) => {
              const { token, choice } = readPicked(element.action_id ?? "", value);
              return choice === null ? token : `${token}/${choice}`;
            });
          });
        const wanted = card.actions.flatMap((action, index) =>
          action.kind === "select" ? action.options.map((_, choice) => `f:${index}/${choice}`) : [`f:${index}`],
        );
        expect(found.toSorted()).toEqual(wanted.toSorted());
      }),
      { numRuns: 60 },
    );
  });

  test("opens forms the platform takes", () => {
    fc.assert(
      fc.property(anyCard, (card) => {
        for (const action of card.actions) {
          if (action.kind !== "form") continue;
          const view = renderModal(action, { token: "token", origin: { channel: "C1", thread: null } });
          expect(refusal(() => checkView(state, json(view), "modal"))).toBeNull();
        }
      }),
      { numRuns: 60 },
    );
  });

  test.each(HOSTILE.map((text) => [text.slice(0, 20), text]))("%j everywhere stays a word", (_, text) => {
    const inline = [
      { kind: "strong" as const, text },
      { kind: "person" as const, id: "p", text },
      { kind: "link" as const, text, href: text },
    ];
    const card: Card = {
      ...plainCard(text, text),
      status: text,
      blocks: [
        {
          kind: "facts",
          facts: [
            { label: text, value: text },
            { label: "x", value: inline },
          ],
        },
        { kind: "list", caption: text, items: [text, inline] },
        { kind: "note", tone: "neutral", text },
        { kind: "note", tone: "bad", text: inline },
      ],
      actions: [
        { kind: "button", label: text, style: "danger", command: text, confirm: { title: text, text, yes: text } },
      ],
      footer: [text],
    };
    const message = renderSlack(card, { ...PLAIN, tokens: ["t"] });
    expect(refusal(() => checkMessage(state, { text: message.text, blocks: json(message.blocks) }))).toBeNull();
    expect(liveMentions(message.text, json(message.blocks))).toEqual([]);
  });
});

describe("a card as people see it", () => {
  const table = (rows: number): Block => ({
    kind: "table",
    columns: [
      { header: "service", align: "left" },
      { header: "Cost", align: "right" },
      { header: "Change", align: "right" },
      { header: "%", align: "right" },
      { header: "Share", align: "right" },
    ],
    rows: Array.from({ length: rows }, (_, index) => [
      `Amazon Elastic Compute Cloud ${index}`,
      "$11,200.40",
      "+$1,000.00",
      "+9.8 %",
      "44.1 %",
    ]),
    totals: ["Total", "$28,204.11", "+$1,300.10", "+4.8 %", ""],
  });
  const words = (card: Card, options: Partial<RenderOptions> = {}): string =>
    wordsOf(json(renderSlack(card, { ...PLAIN, ...options }).blocks));

  test("a wide table stands on a phone: names above, numbers aligned below", () => {
    expect(words({ ...plainCard("Cost by service", "$28,204.11 this month."), blocks: [table(2)] }))
      .toMatchInlineSnapshot(`
      "Cost by service
      $28,204.11 this month.
      service
              Cost      Change       %   Share
      ────────────────────────────────────────
      Amazon Elastic Compute Cloud 0
        $11,200.40  +$1,000.00  +9.8 %  44.1 %
      Amazon Elastic Compute Cloud 1
        $11,200.40  +$1,000.00  +9.8 %  44.1 %
      ────────────────────────────────────────
      Total
        $28,204.11  +$1,300.10  +4.8 %"
    `);
  });

  test("rows that do not fit are said, and asked for as a file", () => {
    const card = { ...plainCard("Cost"), blocks: [table(40)] };
    const message = renderSlack(card, PLAIN);
    expect(message.rowsLeftOut).toBe(true);
    expect(wordsOf(json(message.blocks))).toMatch(/more rows are not shown here; totals include them/);
    expect(renderSlack({ ...card, blocks: [table(2)] }, PLAIN).rowsLeftOut).toBe(false);
  });

  test("where the workspace draws tables, the first one is one and the others are not", () => {
    const { blocks } = renderSlack(
      { ...plainCard("Cost"), blocks: [table(2), table(2)] },
      { ...PLAIN, nativeTables: true },
    );
    expect(blocks.filter(({ type }) => type === "table")).toHaveLength(1);
  });

  test("only somebody linked is called, by their own id", () => {
    const card: Card = {
      ...plainCard("Budget"),
      blocks: [
        {
          kind: "note",
          tone: "warning",
          text: [
            { kind: "text", text: "Owner: " },
            { kind: "person", id: "p-ada", text: "Ada" },
            { kind: "person", id: "p-eve", text: "<@U0EVE00001>" },
          ],
        },
      ],
    };
    const { blocks, text } = renderSlack(card, { ...PLAIN, mentions: new Map([["p-ada", "U0ADA00001"]]) });
    const ada = JSON.stringify({ type: "user", user_id: "U0ADA00001" });
    expect(liveMentions(text, json(blocks))).toEqual([ada]);
    const named = renderSlack(card, { ...PLAIN, mentions: new Map([["p-ada", "!channel"]]) });
    expect(liveMentions(named.text, json(named.blocks))).toEqual([]);
  });

  test("what Slack would draw as markup is written out", () => {
    const facts = [
      { label: "bucket", value: "arn:aws:s3:::logs" },
      { label: "name", value: "*prod* _db_" },
      { label: "region", value: "eu-west-1" },
    ];
    const { blocks } = renderSlack({ ...plainCard("x"), blocks: [{ kind: "facts", facts }] }, PLAIN);
    const section = blocks.find((block) => "fields" in block) as unknown as {
      fields: { type: string; text: string }[];
    };
    expect(section.fields.map(({ type, text }) => [type, text])).toEqual([
      ["plain_text", "bucket\narn:aws:s3:::logs"],
      ["plain_text", "name\n*prod* _db_"],
      ["mrkdwn", "*region*\neu-west-1"],
    ]);
  });

  test("without tokens nothing can be clicked, and what to type is said", () => {
    const actions: Action[] = [{ kind: "button", label: "Approve", style: "primary", command: "recs approve rec_1" }];
    const { blocks } = renderSlack({ ...plainCard("x"), actions }, PLAIN);
    expect(buttonsOf(json(blocks))).toEqual([]);
    expect(wordsOf(json(blocks))).toContain("Type: finops recs approve rec_1");
  });

  test("a long title of a form is read whole: it may be the warning", () => {
    const title = "High risk: data or a service may be lost";
    const fields = [{ kind: "text" as const, name: "id", label: "Id", required: true, lengthMax: 20 }];
    const form = {
      kind: "form" as const,
      label: "Approve $9/mo",
      style: "danger" as const,
      title,
      fields,
      submit: "Go",
      command: ["x"],
    };
    const view = renderModal(form, { token: "f:x", origin: { channel: null, thread: null } });
    expect(view.title.text).toBe("Approve $9/mo");
    expect(wordsOf(json(view.blocks))).toContain(title);
  });

  test("a picture carries its meaning as words", () => {
    const chart: Block = {
      kind: "chart",
      alt: "Daily cost rises from $8k to $12k on 24 Sep",
      chart: { kind: "sparkline", title: "Daily", currency: "USD", provisionalFrom: null, points: [] },
    };
    const card = { ...plainCard("x"), blocks: [chart] };
    const { blocks } = renderSlack(card, { ...PLAIN, pictures: new Map([[chart, FILE]]) });
    expect(blocks).toContainEqual({ type: "image", slack_file: { id: FILE }, alt_text: chart.alt });
    expect(words(card)).toContain(chart.alt);
  });
});
