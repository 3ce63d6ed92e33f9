import { stripVTControlCharacters } from "node:util";

import * as fc from "fast-check";
import { describe, expect, test } from "vitest";

import { renderTerminal, WIDTH_MIN } from "../../src/bot/channels/terminal/render-terminal.ts";
import { textWidth, truncateToWidth, wrapToWidth } from "../../src/bot/channels/terminal/text-width.ts";
import { plainText } from "../../src/bot/channels/plain-text.ts";
import { safeHref } from "../../src/bot/channels/safe-text.ts";
import { findPicture, pictureId, renderWeb } from "../../src/bot/channels/web/render-web.ts";
import { anyCard, HOSTILE } from "./arbitrary-card.ts";

const CONTROL = /(?![\n])\p{Cc}|\p{Bidi_Control}|\p{Surrogate}/u;

describe("web view of any card", () => {
  test("every text is plain, every link a checked address, totals are there", () => {
    fc.assert(
      fc.property(anyCard, (card) => {
        const view = renderWeb(card);
        forEachString(view, (text, name) => {
          expect(CONTROL.test(text)).toBe(false);
          expect(name === "href" ? safeHref(text) : text).toBe(text);
        });
        for (const block of card.blocks) {
          if (block.kind !== "table" || block.totals === undefined) continue;
          const drawn = view.blocks.filter((candidate) => candidate.kind === "table");
          expect(JSON.stringify(drawn)).toContain(JSON.stringify(block.totals.map((text) => [{ text }])));
        }
      }),
      { numRuns: 60 },
    );
  });

  test("a picture keeps its name through JSON that reorders keys, and is found by it", () => {
    fc.assert(
      fc.property(anyCard, (card) => {
        for (const block of card.blocks) {
          if (block.kind !== "chart") continue;
          const reordered = Object.fromEntries(Object.entries(block.chart).reverse()) as typeof block.chart;
          expect(pictureId(reordered)).toBe(pictureId(block.chart));
          expect(findPicture(card, pictureId(block.chart))).toEqual(block.chart);
        }
      }),
      { numRuns: 30 },
    );
  });

  test("a button whose command would have to be altered is left out", () => {
    const action = { kind: "button" as const, label: "go", style: "plain" as const, command: "cost \u202E" };
    const card = { title: "t", summary: "s", tone: "neutral" as const, blocks: [], actions: [action], footer: [] };
    expect(renderWeb(card).actions).toEqual([]);
  });

  test.each([
    "javascript:alert(1)",
    "data:text/html,x",
    "//evil.example",
    "/relative",
    "http://a:b@host/",
    "https://a\u0000b",
  ])("%j is no link", (href) => expect(safeHref(href)).toBeNull());
});

describe("terminal rendering of any card", () => {
  test("no line is wider than the terminal, no escape of the data survives, totals are there", () => {
    fc.assert(
      fc.property(anyCard, fc.integer({ min: WIDTH_MIN, max: 160 }), (card, width) => {
        const text = renderTerminal(card, { width, colour: false });
        expect(CONTROL.test(text)).toBe(false);
        for (const line of text.split("\n")) expect(textWidth(line)).toBeLessThanOrEqual(width);
        const totals = card.blocks.flatMap((block) => (block.kind === "table" ? (block.totals ?? []) : []));
        const unbroken = text.replaceAll("\n", "");
        expect(totals.filter((total) => !unbroken.includes(plainText(total)))).toEqual([]);
      }),
      { numRuns: 60 },
    );
  });

  test("colour adds only our own escapes", () => {
    fc.assert(
      fc.property(anyCard, (card) => {
        const plain = renderTerminal(card, { width: 80, colour: false });
        const coloured = renderTerminal(card, { width: 80, colour: true });
        expect(stripVTControlCharacters(coloured)).toBe(plain);
      }),
      { numRuns: 30 },
    );
  });

  test("an aligned table", () => {
    const card = {
      title: "Cost by service",
      summary: "Total $1,240.50",
      tone: "neutral" as const,
      blocks: [
        {
          kind: "table" as const,
          columns: [
            { header: "service", align: "left" as const },
            { header: "cost", align: "right" as const },
          ],
          rows: [
            ["東京 compute", "$1,200.00"],
            ["S3", "$40.50"],
          ],
          totals: ["Total", "$1,240.50"],
        },
      ],
      actions: [],
      footer: ["effective"],
    };
    expect(renderTerminal(card, { width: 60, colour: false })).toMatchInlineSnapshot(`
      "Cost by service
      Total $1,240.50

      service            cost
      ───────────────────────
      東京 compute  $1,200.00
      S3               $40.50
      ───────────────────────
      Total         $1,240.50

      effective"
    `);
  });
});

describe("widths", () => {
  const cases: [string, number][] = [
    ["abc", 3],
    ["東京", 4],
    ["👩‍👩‍👧", 2],
    ["e\u0301", 1],
    ["🇨🇭", 2],
  ];
  test.each(cases)("%s takes %i columns", (text, columns) => expect(textWidth(text)).toBe(columns));

  test("wrapping and cutting keep the width", () => {
    fc.assert(
      fc.property(fc.string({ unit: "grapheme", maxLength: 80 }), fc.integer({ min: 2, max: 40 }), (text, columns) => {
        for (const line of wrapToWidth(text, columns)) expect(textWidth(line)).toBeLessThanOrEqual(columns);
        expect(textWidth(truncateToWidth(text, columns))).toBeLessThanOrEqual(columns);
      }),
    );
  });

  test("hostile words stay words", () => {
    expect(HOSTILE.map((text) => wrapToWidth(text, 40).length).every((count) => count > 0)).toBe(true);
  });
});

function forEachString(value: unknown, visit: (text: string, name: string) => void, name = ""): void {
  if (typeof value === "string") visit(value, name);
  else if (Array.isArray(value)) value.forEach((item) => forEachString(item, visit, name));
  else if (value !== null && typeof value === "object") {
    for (const [key, inner] of Object.entries(value)) forEachString(inner, visit, key);
  }
}
