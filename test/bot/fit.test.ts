import * as fc from "fast-check";
import { describe, expect, test } from "vitest";

import type { Block, Card } from "../../src/bot/card.ts";
import { fit, type Capabilities } from "../../src/bot/fit.ts";
import { withoutEmpty } from "../../src/bot/without-empty.ts";
import { anyCard, BLANKS, plainCard } from "./arbitrary-card.ts";

const limits: fc.Arbitrary<Capabilities> = fc.record({
  tableRowsMax: fc.integer({ min: 1, max: 40 }),
  listItemsMax: fc.integer({ min: 1, max: 40 }),
  factsMax: fc.integer({ min: 1, max: 10 }),
  blocksMax: fc.integer({ min: 1, max: 6 }),
});
const totalsOf = (card: Card) => card.blocks.flatMap((block) => (block.kind === "table" ? [block.totals] : []));

describe("a card brought within a surface's limits", () => {
  test("keeps title, summary, status, actions, receipt and every total, and says what it left out", () => {
    fc.assert(
      fc.property(anyCard, limits, (any, capabilities) => {
        const card = withoutEmpty(any);
        const { card: fitted, dropped } = fit({ ...any, status: "decided" }, capabilities);
        expect([fitted.title, fitted.summary, fitted.status]).toEqual([card.title, card.summary, "decided"]);
        expect(fitted.actions).toEqual(card.actions);
        expect(totalsOf(fitted)).toEqual(totalsOf(card));
        expect(fitted.footer).toEqual([...card.footer, ...dropped]);
        const tables = card.blocks.filter(({ kind }) => kind === "table").length;
        expect(fitted.blocks.length).toBeLessThanOrEqual(Math.max(tables, capabilities.blocksMax));
        const lost = JSON.stringify(fitted.blocks) !== JSON.stringify(card.blocks);
        expect(dropped.length > 0).toBe(lost);
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
    const { card: fitted, dropped } = fit(card, { tableRowsMax: 9, listItemsMax: 9, factsMax: 9, blocksMax: 9 });
    expect(fitted.blocks).toEqual([fact, hidden, totals]);
    expect([fitted.footer, dropped]).toEqual([["receipt"], []]);
  });

  test("remarks give way first, then detail, pictures, facts; warnings last, tables never", () => {
    const note = (text: string, tone: "neutral" | "warning"): Block => ({ kind: "note", tone, text });
    const facts: Block = { kind: "facts", facts: [{ label: "a", value: "1" }] };
    const table: Block = { kind: "table", columns: [{ header: "a", align: "left" }], rows: [["1"]], totals: ["1"] };
    const list: Block = { kind: "list", items: ["x"] };
    const blocks = [note("late", "warning"), list, facts, table, note("by the way", "neutral")];
    const kept = (blocksMax: number) =>
      fit({ ...plainCard("card"), blocks }, { tableRowsMax: 9, listItemsMax: 9, factsMax: 9, blocksMax }).card.blocks;
    expect(kept(4)).toEqual(blocks.slice(0, 4));
    expect(kept(3)).toEqual([blocks[0], facts, table]);
    expect(kept(2)).toEqual([blocks[0], table]);
    expect(kept(1)).toEqual([table]);
  });
});
