import { ComponentType, InteractionType, type APIInteraction } from "discord-api-types/v10";
import * as fc from "fast-check";
import { describe, expect, test } from "vitest";

import type { Card, Field } from "../../src/bot/card.ts";
import { customId, isMoreId, readCustomId } from "../../src/bot/channels/discord/custom-id.ts";
import { CONTENT_MAX, EMBED_TITLE_MAX } from "../../src/bot/channels/discord/limits.ts";
import { readInteraction } from "../../src/bot/channels/discord/read-interaction.ts";
import { renderDiscord, type DiscordMessage } from "../../src/bot/channels/discord/render-discord.ts";
import { renderForm } from "../../src/bot/channels/discord/render-form.ts";
import { escapeText, renderText, wordsOf } from "../../src/bot/channels/discord/render-text.ts";
import { callOwners } from "../../src/bot/views/call-owners.ts";
import { textWidth } from "../../src/bot/channels/terminal/text-width.ts";
import { anyCard, HOSTILE, manyActions, plainCard } from "../bot/arbitrary-card.ts";
import { checkModal } from "./fake/validate-components.ts";
import { requireMessage } from "./fake/validate-message.ts";
import { startCheck } from "./fake/validate.ts";

const tokensOf = (card: Card): string[] => card.actions.map((_, index) => `token-${"x".repeat(16)}-${index}`);
const render = (card: Card): DiscordMessage => renderDiscord(card, { tokens: tokensOf(card) });

/** The fake refuses what Discord refuses: its checks are written apart from the renderer's constants. */
function requireAccepted(message: DiscordMessage): void {
  const files = message.pictures.map(({ name }, index) => ({ index: String(index), name, bytes: new Uint8Array(1) }));
  const attachments = message.pictures.map(({ alt }, id) => ({ id, description: alt }));
  const { content, embeds, components } = message;
  const body = { content, embeds, components, attachments, allowed_mentions: { parse: [] } };
  requireMessage(JSON.parse(JSON.stringify(body)), { files, kept: [], ephemeralAllowed: false, edit: false });
}

/** What pressing a button, or picking a value of a menu, asks the bot. */
function asked(id: string, value?: string): string {
  const data =
    value === undefined
      ? { component_type: ComponentType.Button, custom_id: id }
      : { component_type: ComponentType.StringSelect, custom_id: id, values: [value] };
  const read = readInteraction({ type: InteractionType.MessageComponent, data } as APIInteraction, []);
  if (read.kind === "open") return `open ${read.token}`;
  if (read.kind !== "do" || read.act.kind !== "act") return read.kind;
  const { token, choice } = read.act;
  return choice === undefined ? `do ${token}` : `do ${token}/${choice}`;
}

/** Every place of a message where markdown is read. */
function markedTexts({ content, embeds }: DiscordMessage): string[] {
  return [
    content,
    ...embeds.flatMap(({ title = "", description = "", fields = [] }) => [
      title,
      description,
      ...fields.flatMap(({ name, value }) => [name, value]),
    ]),
  ];
}

/** What is left when code and escaped characters are taken away: only there does markup live. */
function live(text: string): string {
  return text
    .replace(/```[\s\S]*?```/g, "")
    .replace(/\\[^\p{L}\p{N}\s]/gu, "")
    .replace(/`[^`\n]*`/g, "");
}

describe("any card with any text", () => {
  test("is within every limit", () => {
    fc.assert(
      fc.property(anyCard, (card) => requireAccepted(render(card))),
      { numRuns: 300 },
    );
  });

  test("keeps its totals whole", () => {
    fc.assert(
      fc.property(anyCard, (card) => {
        const shown = JSON.stringify(render(card).embeds.map(({ description }) => description));
        const totals = card.blocks.flatMap((block) => (block.kind === "table" ? (block.totals ?? []) : []));
        expect(totals.filter((total) => !shown.includes(wordsOf(total)))).toEqual([]);
      }),
      { numRuns: 200 },
    );
  });

  test("mentions nobody, links nothing but checked addresses, and starts no markup of the data's own", () => {
    fc.assert(
      fc.property(anyCard, fc.constantFrom(...HOSTILE), (card, name) => {
        // Whom the product calls itself, under whatever name, is called; nobody else is.
        const calls = callOwners([{ scope: [], person: { id: "p", handle: "p", name }, channel: null }], name);
        const mention = (id: string): string | null => (id === "p" ? "80351110224678912" : null);
        const called = renderDiscord({ ...card, blocks: [...calls, ...card.blocks] }, { tokens: [], mention });
        expect(called.called).toEqual(["80351110224678912"]);
        expect(called.content.endsWith("<@80351110224678912>")).toBe(true);
        requireAccepted(called);
        const ours = markedTexts(called).map((text) => text.replaceAll("<@80351110224678912>", ""));
        expect(render(card).called).toEqual([]);
        for (const text of [...markedTexts(render(card)), ...ours]) {
          const left = live(text);
          expect(left).not.toMatch(/<[@#:a-z/]|@everyone|@here|~~|\|\||__/i);
          for (const [, href] of left.matchAll(/\[[^[\]]*\]\(([^)]*)\)/g)) expect(href).toMatch(/^https?:\/\/\S+$/);
          expect(left.replaceAll(/\[[^[\]]*\]\([^)]*\)/g, "")).not.toMatch(/:\/\//);
          expect(left).not.toMatch(/^\s*(>|#{1,3} )/m);
        }
      }),
      { numRuns: 200 },
    );
  });

  test("has a token or an address behind everything that can be pressed", () => {
    fc.assert(
      fc.property(anyCard, (card) => {
        const tokens = tokensOf(card);
        for (const row of render(card).components) {
          for (const component of row.components) {
            if ("url" in component) continue;
            const pressed = "custom_id" in component ? readCustomId(component.custom_id) : null;
            if ("custom_id" in component && isMoreId(component.custom_id)) continue;
            expect(pressed !== null && "token" in pressed && tokens.includes(pressed.token)).toBe(true);
          }
        }
      }),
      { numRuns: 100 },
    );
  });

  test("of many actions: each can be pressed, and is read back as what it is", () => {
    fc.assert(
      fc.property(manyActions(60), (card) => {
        const message = render(card);
        requireAccepted(message);
        const found = message.components
          .flatMap((row) => row.components)
          .flatMap((component) => {
            if (component.type === ComponentType.Button)
              return "custom_id" in component ? [asked(component.custom_id)] : [];
            if (component.type !== ComponentType.StringSelect) return [];
            return component.options.map(({ value }) => asked(component.custom_id, value));
          });
        const wanted = card.actions.flatMap((action, index) => {
          const token = tokensOf(card)[index];
          if (action.kind === "select") return action.options.map((_, choice) => `do ${token}/${choice}`);
          return [action.kind === "form" ? `open ${token}` : `do ${token}`];
        });
        expect(found.toSorted()).toEqual(wanted.toSorted());
      }),
      { numRuns: 60 },
    );
  });

  test("without tokens nothing can be pressed but links", () => {
    fc.assert(
      fc.property(anyCard, (card) => {
        const { components } = renderDiscord(card, { tokens: [] });
        expect(components.flatMap((row) => row.components).every((component) => "url" in component)).toBe(true);
      }),
      { numRuns: 30 },
    );
  });

  test("forms are accepted too", () => {
    fc.assert(
      fc.property(anyCard, (card) => {
        for (const action of card.actions) {
          const check = startCheck();
          if (action.kind === "form" && action.fields.length > 0 && action.fields.length <= 5) {
            checkModal(check, JSON.parse(JSON.stringify(renderForm(action, "t1"))));
          }
          expect(check.problems).toEqual([]);
        }
      }),
      { numRuns: 200 },
    );
  });
});

describe("text", () => {
  const cases: [string, string][] = [
    ["$1,240.50 (+12.4%), 3-day", "$1,240.50 (+12.4%), 3-day"],
    ["my_bucket*2", String.raw`my\_bucket\*2`],
    ["<@123> @everyone <!channel>", String.raw`\<@123> \@everyone \<!channel>`],
    ["# big", String.raw`\# big`],
    ["-# small", String.raw`\-# small`],
    ["2026. a year", String.raw`2026\. a year`],
    ["> said", String.raw`\> said`],
    ["https://evil.example", String.raw`https\://evil.example`],
    ["[click](javascript:alert(1))", String.raw`\[click](javascript:alert(1))`],
    ["join discord.gg/abc", String.raw`join discord\.gg/abc`],
    ["back\\slash", String.raw`back\\slash`],
    ["||spoiler|| ~~gone~~", String.raw`\|\|spoiler\|\| \~\~gone\~\~`],
  ];
  test.each(cases)("%s", (given, shown) => expect(escapeText(given)).toBe(shown));

  test("what is cut ends in … and never in half an escape", () => {
    fc.assert(
      fc.property(fc.constantFrom(...HOSTILE), fc.integer({ min: 3, max: 400 }), (text, max) => {
        for (const kind of ["text", "strong", "code"] as const) {
          const shown = renderText([{ kind, text }], max);
          expect(shown.length).toBeLessThanOrEqual(max);
          expect(shown.isWellFormed()).toBe(true);
          expect(live(shown)).not.toMatch(/\\$/);
        }
      }),
    );
  });

  test("a person is a mention only where they are linked", () => {
    const person = [{ kind: "person" as const, id: "person_1", text: "Ana" }];
    expect(renderText(person, 100)).toBe("**Ana**");
    expect(renderText(person, 100, (id) => (id === "person_1" ? "80351110224678912" : null))).toBe(
      "<@80351110224678912>",
    );
    expect(renderText(person, 100, () => "everyone")).toBe("**Ana**");
  });
});

describe("a cost card on a phone", () => {
  const card: Card = {
    ...plainCard("Cost by service, November", "$1,240.50 in November (+$40.50, +3.4%)."),
    tone: "warning",
    status: "provisional",
    blocks: [
      { kind: "facts", facts: [{ label: "Cost", value: [{ kind: "strong", text: "$1,240.50" }] }] },
      {
        kind: "table",
        columns: [
          { header: "service", align: "left" },
          { header: "Cost", align: "right" },
          { header: "Share", align: "right" },
        ],
        rows: [
          ["Amazon Elastic Compute Cloud", "$1,200.00", "96.7%"],
          ["S3", "$40.50", "3.3%"],
        ],
        totals: ["Total", "$1,240.50", ""],
      },
    ],
    actions: [
      { kind: "button", label: "By day", style: "primary", command: "cost per day" },
      { kind: "link", label: "Open", href: "https://finops.example/" },
    ],
    footer: ["Effective cost, complete through 2026-11-20."],
  };

  test("reads from the figure to the receipt", () => {
    const { content, embeds, components } = render(card);
    expect(content).toBe("$1,240.50 in November (+$40.50, +3.4%).");
    expect(embeds.map(({ title, fields }) => [title, fields?.[0]?.value])).toEqual([
      ["Cost by service, November", "**$1,240.50**"],
      [undefined, undefined],
    ]);
    expect(embeds[1]?.description).toMatchInlineSnapshot(`
      "\`\`\`
      service              Cost  Share
      ────────────────────────────────
      Amazon Elasti…  $1,200.00  96.7%
      S3                 $40.50   3.3%
      ────────────────────────────────
      Total           $1,240.50
      \`\`\`"
    `);
    expect(embeds[1]?.footer?.text).toBe("Effective cost, complete through 2026-11-20.");
    expect(components[0]?.components.map((component) => ("label" in component ? component.label : ""))).toEqual([
      "By day",
      "Open",
    ]);
  });

  test("no line of a table is wider than a phone shows", () => {
    fc.assert(
      fc.property(anyCard, (any) => {
        for (const { description = "" } of render(any).embeds) {
          for (const [, block = ""] of description.matchAll(/```\n([\s\S]*?)\n```/g)) {
            for (const line of block.split("\n")) expect(textWidth(line)).toBeLessThanOrEqual(32);
          }
        }
      }),
      { numRuns: 100 },
    );
  });

  test("a card of very long texts keeps head and end", () => {
    const long = "x".repeat(100_000);
    const { content, embeds } = render({ ...card, title: long, summary: long, status: long });
    expect(content.length).toBeLessThanOrEqual(CONTENT_MAX);
    expect(embeds[0]?.title?.length).toBeLessThanOrEqual(EMBED_TITLE_MAX);
    expect(embeds.at(-1)?.footer?.text).toContain("Effective cost");
  });
});

test("custom ids go there and back, and foreign ones are nobody's", () => {
  for (const does of ["act", "open", "send"] as const) {
    expect(readCustomId(customId({ does, token: "Ab_-09" }))).toEqual({ does, token: "Ab_-09" });
  }
  expect(["", "a:", "z:abc", "other", `a:${"x".repeat(91)}`, "a:a b"].map(readCustomId)).toEqual(
    Array.from({ length: 6 }, () => null),
  );
});

test("a form of six fields is refused, not cut", () => {
  const field: Field = { kind: "text", name: "n", label: "l", required: true, lengthMax: 10 };
  const form = { kind: "form", label: "l", style: "plain", title: "t", submit: "s", command: [] } as const;
  expect(() => renderForm({ ...form, fields: Array.from({ length: 6 }, () => field) }, "t1")).toThrow("1 to 5 fields");
});
