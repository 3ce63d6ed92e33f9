import * as fc from "fast-check";
import { describe, expect, test } from "vitest";

import type { Capabilities } from "../../src/bot/capabilities.ts";
import type { Block, Card } from "../../src/bot/card.ts";
import { DISCORD_CAPABILITIES } from "../../src/bot/channels/discord/limits.ts";
import { SLACK_CAPABILITIES } from "../../src/bot/channels/slack/limits.ts";
import { TERMINAL_CAPABILITIES } from "../../src/bot/channels/terminal/capabilities.ts";
import { WEB_CAPABILITIES } from "../../src/bot/channels/web/capabilities.ts";
import { fit, type Fitted } from "../../src/bot/fit.ts";
import { withoutEmpty } from "../../src/bot/without-empty.ts";
import { anyCard, BLANKS, manyActions, plainCard } from "./arbitrary-card.ts";

const SURFACES = [SLACK_CAPABILITIES, DISCORD_CAPABILITIES, WEB_CAPABILITIES, TERMINAL_CAPABILITIES];
const small = (parts: Partial<Capabilities["parts"]>): Capabilities => ({
  ...DISCORD_CAPABILITIES,
  parts: { blocks: 9, facts: 9, items: 9, rows: 9, ...parts },
});
const limits: fc.Arbitrary<Capabilities> = fc.oneof(
  fc.constantFrom(...SURFACES),
  fc
    .record({
      rows: fc.integer({ min: 1, max: 40 }),
      items: fc.integer({ min: 1, max: 40 }),
      facts: fc.integer({ min: 1, max: 10 }),
      blocks: fc.integer({ min: 1, max: 6 }),
    })
    .map(small),
);
const totalsOf = (card: Card) => card.blocks.flatMap((block) => (block.kind === "table" ? [block.totals] : []));
const tokensOf = ({ actions }: Card): string[] => actions.map((_, index) => `t${index}`);

/** Everything that can be pressed, as "token" or "token/option". */
function pressed({ rows }: Fitted): string[] {
  return rows.flat().flatMap((placed) => {
    if (placed.kind === "link") return [];
    if (placed.kind === "button") return [placed.token];
    if (placed.kind === "menu") return placed.options.map(({ choice }) => `${placed.token}/${choice}`);
    return placed.options.map(({ token, choice }) => (choice === null ? token : `${token}/${choice}`));
  });
}

/** The same of a card's actions; what a link opens instead. */
function wanted({ actions }: Card): string[] {
  return actions.flatMap((action, index) => {
    if (action.kind === "link") return [];
    return action.kind === "select" ? action.options.map((_, choice) => `t${index}/${choice}`) : [`t${index}`];
  });
}

describe("a card brought within a surface's limits", () => {
  test("keeps title, summary, status, actions, receipt and every total, and says what it left out", () => {
    fc.assert(
      fc.property(anyCard, limits, (any, capabilities) => {
        const card = withoutEmpty(any);
        const { card: fitted, dropped } = fit({ ...any, status: "decided" }, capabilities, tokensOf(any));
        expect([fitted.title, fitted.summary, fitted.status]).toEqual([card.title, card.summary, "decided"]);
        expect(fitted.actions).toEqual(card.actions);
        expect(totalsOf(fitted)).toEqual(totalsOf(card));
        expect(fitted.footer).toEqual([...card.footer, ...dropped]);
        const tables = card.blocks.filter(({ kind }) => kind === "table").length;
        expect(fitted.blocks.length).toBeLessThanOrEqual(Math.max(tables, capabilities.parts.blocks));
        const lost = JSON.stringify(fitted.blocks) !== JSON.stringify(card.blocks);
        expect(dropped.some((line) => / not shown here/.test(line) && !/command/.test(line))).toBe(lost);
      }),
      { numRuns: 60 },
    );
  });

  test("what shows nothing is left out without a word, and nothing else", () => {
    const blank: Block[] = BLANKS.flatMap((text): Block[] => [
      { kind: "facts", facts: [{ label: text, value: text }] },
      { kind: "list", caption: "Nothing rose", items: [text, [{ kind: "strong", text }]] },
      { kind: "note", tone: "bad", text },
    ]);
    const headers: Block = { kind: "table", columns: [{ header: "service", align: "left" }], rows: [] };
    const fact: Block = { kind: "facts", facts: [{ label: " ", value: "1" }] };
    const hidden: Block = { kind: "note", tone: "bad", text: "\u200b" };
    const totals: Block = { ...headers, totals: [" "] };
    const card = { ...plainCard("card"), blocks: [...blank, headers, fact, hidden, totals], footer: [" ", "receipt"] };
    const { card: fitted, dropped } = fit(card, small({}));
    expect(fitted.blocks).toEqual([fact, hidden, totals]);
    expect([fitted.footer, dropped]).toEqual([["receipt"], []]);
  });

  test("remarks give way first, then detail, pictures, facts; warnings last, tables never", () => {
    const note = (text: string, tone: "neutral" | "warning"): Block => ({ kind: "note", tone, text });
    const facts: Block = { kind: "facts", facts: [{ label: "a", value: "1" }] };
    const table: Block = { kind: "table", columns: [{ header: "a", align: "left" }], rows: [["1"]], totals: ["1"] };
    const list: Block = { kind: "list", items: ["x"] };
    const blocks = [note("late", "warning"), list, facts, table, note("by the way", "neutral")];
    const kept = (max: number) => fit({ ...plainCard("card"), blocks }, small({ blocks: max })).card.blocks;
    expect(kept(4)).toEqual(blocks.slice(0, 4));
    expect(kept(3)).toEqual([blocks[0], facts, table]);
    expect(kept(2)).toEqual([blocks[0], table]);
    expect(kept(1)).toEqual([table]);
  });

  test("says how many rows are missing, that totals have them, and what to type where to see them", () => {
    const columns = [{ header: "service", align: "left" as const }];
    const rows = Array.from({ length: 11 }, (_, index) => [`service ${index}`]);
    const blocks: Block[] = [
      { kind: "table", columns, rows, totals: ["Total"] },
      { kind: "list", items: Array.from({ length: 10 }, (_, index) => `item ${index}`) },
    ];
    const card = { ...plainCard("Cost"), blocks, footer: ["receipt"], command: "cost last month by service" };
    const { card: fitted, rowsLeftOut } = fit(card, small({}));
    expect(rowsLeftOut).toBe(true);
    expect(fitted.footer).toEqual([
      "receipt",
      "2 more rows are not shown here; totals include them.",
      "1 more item is not shown here.",
      "All of it: /cost last month by service in the web chat or a terminal.",
    ]);
    expect(fit({ ...card, blocks: [] }, small({})).dropped).toEqual([]);
  });
});

describe("the actions of a card", () => {
  const pressing = [SLACK_CAPABILITIES, DISCORD_CAPABILITIES];

  test("however many: each can be pressed, once, within the rows there are, with words that fit", () => {
    fc.assert(
      fc.property(manyActions(60), fc.constantFrom(...pressing), (card, at) => {
        const fitted = fit(card, at, tokensOf(card));
        expect(pressed(fitted).toSorted()).toEqual(wanted(card).toSorted());
        expect(fitted.dropped).toEqual([]);
        expect(fitted.rows.length).toBeLessThanOrEqual(at.actions.rows);
        for (const placed of fitted.rows.flat()) {
          expect(placed.label.length).toBeLessThanOrEqual(Math.max(at.actions.label, at.actions.optionLabel));
          if (!("options" in placed)) continue;
          expect(placed.options.length).toBeLessThanOrEqual(at.actions.options);
          for (const { label } of placed.options) expect(label.length).toBeLessThanOrEqual(at.actions.optionLabel);
        }
        const isMenu = ({ kind }: { kind: string }): boolean => kind === "menu" || kind === "more";
        for (const row of fitted.rows) {
          expect(row.length).toBeLessThanOrEqual(at.actions.perRow);
          expect(row.length === 1 || at.press.menus === "in-row" || !row.some(isMenu)).toBe(true);
        }
      }),
      { numRuns: 100 },
    );
  });

  test("more than all menus hold: what cannot be pressed is typed or counted, none is lost", () => {
    fc.assert(
      fc.property(manyActions(400, 200), fc.constantFrom(...pressing), (card, at) => {
        const fitted = fit(card, at, tokensOf(card));
        const typed = fitted.dropped.filter((line) => line.startsWith("Type: ")).length;
        const counted = Number(/^(\d+) more commands? /.exec(fitted.dropped.at(-1) ?? "")?.[1] ?? 0);
        expect(pressed(fitted).length + typed + counted).toBe(wanted(card).length);
      }),
      { numRuns: 30 },
    );
  });

  test("plain ones from the end go into the menu first; a form is still a form, a menu's options name it", () => {
    const plain = Array.from({ length: 24 }, (_, index) => ({
      kind: "button" as const,
      label: `Plain ${index}`,
      style: "plain" as const,
      command: `cost top ${index}`,
    }));
    const approve = { ...plain[0], kind: "button" as const, label: "Approve", style: "primary" as const, command: "a" };
    const reject = {
      kind: "form" as const,
      label: "Reject…",
      style: "plain" as const,
      title: "Reject",
      submit: "Reject",
      fields: [],
      command: ["recs reject a"],
    };
    const snooze = { kind: "select" as const, label: "Snooze", options: [{ label: "A day", command: "s 1d" }] };
    const card = { ...plainCard("card"), actions: [...plain, reject, snooze, approve] };
    const { rows } = fit(card, DISCORD_CAPABILITIES, tokensOf(card));
    expect(rows).toHaveLength(5);
    expect(rows[3]?.at(-1)).toMatchObject({ kind: "button", label: "Approve" });
    expect(rows[4]).toEqual([
      {
        kind: "more",
        label: "More actions…",
        options: [
          ...[19, 20, 21, 22, 23].map((index) => ({
            label: `Plain ${index}`,
            token: `t${index}`,
            choice: null,
            opens: false,
          })),
          { label: "Reject…", token: "t24", choice: null, opens: true },
          { label: "Snooze: A day", token: "t25", choice: 0, opens: false },
        ],
      },
    ]);
  });

  test("what cannot be pressed is typed: without a token, a form of too many fields; a link too long is its address", () => {
    const field = { kind: "text" as const, name: "n", label: "l", required: true, lengthMax: 9 };
    const href = `https://example.com/${"x".repeat(600)}`;
    const card: Card = {
      ...plainCard("card"),
      actions: [
        { kind: "button", label: "Approve", style: "primary", command: "recs approve r" },
        {
          kind: "form",
          label: "Reject",
          style: "danger",
          title: "t",
          submit: "s",
          fields: Array.from({ length: 6 }, () => field),
          command: ["recs reject r ", { field: "reason" }],
        },
        { kind: "link", label: "Open", href },
      ],
    };
    expect(fit(card, DISCORD_CAPABILITIES, ["", "t1", ""]).dropped).toEqual([
      `Open: ${href}`,
      "Type: /recs approve r",
      "Type: /recs reject r REASON",
    ]);
  });
});
