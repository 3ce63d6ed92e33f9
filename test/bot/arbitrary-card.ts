import * as fc from "fast-check";

import type { Action, Block, Card, Field, RichText } from "../../src/bot/card.ts";
import type { ChartView } from "../../src/charts/chart-view.ts";
import { day } from "../../src/domain/period.ts";

/** Text that tries to be more than text, on one surface or another. */
export const HOSTILE = [
  "<script>alert(1)</script>",
  '"><img src=x onerror=alert(1)>',
  "@everyone <!channel> <@U123>",
  "\u202Egnp.exe\u2066",
  "\u001b[31mred\u001b]0;title\u0007",
  "a\u0000b\u0008c\r\nd",
  "[click](javascript:alert(1)) **bold** `code`",
  '=HYPERLINK("http://x")',
  "東京リージョン 🇨🇭 👩‍👩‍👧 é",
  "مرحبا",
  "\ud800 lone",
  "x".repeat(100_000),
] as const;

/** Text that shows nothing, although some of it is not empty. */
export const BLANKS = ["", " ", "\n\t", "\u00a0", "\u3164", "\u00ad\ufe0f", "\u2800", "\u0301"] as const;

const text = fc.oneof(
  { weight: 1, arbitrary: fc.constantFrom(...BLANKS) },
  { weight: 3, arbitrary: fc.string({ unit: "binary", maxLength: 40 }) },
  { weight: 2, arbitrary: fc.constantFrom(...HOSTILE) },
  { weight: 2, arbitrary: fc.string({ unit: "grapheme", maxLength: 120 }) },
);
const href = fc.oneof(
  fc.constantFrom(
    "javascript:alert(1)",
    "https://example.com/a?b=c",
    "data:text/html,x",
    "//evil",
    "http://u:p@h/",
    "",
  ),
  fc.string({ unit: "binary", maxLength: 30 }),
);
const richText: fc.Arbitrary<RichText> = fc.oneof(
  text,
  fc.array(
    fc.oneof(
      fc.record({ kind: fc.constantFrom("text" as const, "strong" as const, "code" as const), text }),
      fc.record({ kind: fc.constant("link" as const), text, href }),
    ),
    { maxLength: 4 },
  ),
);

const amount = fc.integer({ min: -1_000_000, max: 1_000_000 }).map((cents) => (cents / 100).toFixed(2));
const chart: fc.Arbitrary<ChartView> = fc.record({
  kind: fc.constant("breakdown" as const),
  title: text,
  subtitle: text,
  currency: fc.constant("USD"),
  form: fc.constant("bar" as const),
  bars: fc.array(fc.record({ label: text, amount, share: fc.constant(null), other: fc.boolean() }), { maxLength: 6 }),
});
const overTime: fc.Arbitrary<ChartView> = fc.array(amount, { maxLength: 40 }).map((amounts) => ({
  kind: "sparkline",
  title: "Daily",
  currency: "USD",
  provisionalFrom: null,
  points: amounts.map((value, index) => ({
    start: day(`2026-0${1 + Math.floor(index / 28)}-${String((index % 28) + 1).padStart(2, "0")}`),
    amount: value,
  })),
}));

const block: fc.Arbitrary<Block> = fc.oneof(
  fc.record({
    kind: fc.constant("facts" as const),
    facts: fc.array(fc.record({ label: text, value: richText }), { maxLength: 6 }),
  }),
  fc.integer({ min: 1, max: 6 }).chain((width) =>
    fc.record({
      kind: fc.constant("table" as const),
      caption: text,
      columns: fc.array(fc.record({ header: text, align: fc.constantFrom("left" as const, "right" as const) }), {
        minLength: width,
        maxLength: width,
      }),
      rows: fc.array(fc.array(richText, { minLength: width, maxLength: width }), { maxLength: 130 }),
      totals: fc.array(amount, { minLength: width, maxLength: width }),
    }),
  ),
  fc.constantFrom<Block>(
    { kind: "facts", facts: [] },
    { kind: "facts", facts: [{ label: " ", value: [{ kind: "strong", text: "\u3164" }] }] },
    { kind: "list", caption: "", items: [] },
    { kind: "list", caption: "Nothing rose", items: [" "] },
    { kind: "table", columns: [{ header: "service", align: "left" }], rows: [] },
    { kind: "note", tone: "warning", text: [] },
    { kind: "note", tone: "neutral", text: " \u2060" },
  ),
  fc.record({ kind: fc.constant("chart" as const), chart: fc.oneof(chart, overTime), alt: text }),
  fc.record({ kind: fc.constant("list" as const), caption: text, items: fc.array(richText, { maxLength: 80 }) }),
  fc.record({
    kind: fc.constant("note" as const),
    tone: fc.constantFrom("neutral" as const, "good" as const, "warning" as const, "bad" as const),
    text: richText,
  }),
);

const style = fc.constantFrom("primary" as const, "danger" as const, "plain" as const);
const field: fc.Arbitrary<Field> = fc.oneof(
  fc.record({
    kind: fc.constant("text" as const),
    name: text,
    label: text,
    placeholder: text,
    multiline: fc.boolean(),
    required: fc.boolean(),
    lengthMax: fc.integer({ min: 1, max: 5_000 }),
    initial: text,
  }),
  fc.record({
    kind: fc.constant("choice" as const),
    name: text,
    label: text,
    options: fc.array(fc.record({ label: text, value: text }), { maxLength: 40 }),
    required: fc.boolean(),
  }),
  fc.record({ kind: fc.constant("day" as const), name: text, label: text, required: fc.boolean() }),
);

/** Any card with any text. */
export const anyCard: fc.Arbitrary<Card> = fc.record({
  title: text,
  summary: text,
  tone: fc.constantFrom("neutral" as const, "good" as const, "warning" as const, "bad" as const),
  blocks: fc.array(block, { maxLength: 6 }),
  actions: fc.array(
    fc.oneof(
      fc.record({ kind: fc.constant("button" as const), label: text, style, command: text }),
      fc.record({
        kind: fc.constant("button" as const),
        label: text,
        style,
        command: text,
        confirm: fc.record({ title: text, text, yes: text }),
      }),
      fc.record({
        kind: fc.constant("select" as const),
        label: text,
        options: fc.array(fc.record({ label: text, command: text }), { maxLength: 40 }),
      }),
      fc.record({
        kind: fc.constant("form" as const),
        label: text,
        style,
        title: text,
        submit: text,
        fields: fc.array(field, { maxLength: 6 }),
        command: fc.array(fc.oneof(text, fc.record({ field: text })), { maxLength: 4 }),
      }),
      fc.record({ kind: fc.constant("link" as const), label: text, href: text }),
    ),
    { maxLength: 5 },
  ),
  footer: fc.array(text, { maxLength: 5 }),
});

/** A card of `max` commands at most, buttons, forms and options of menus together, as people would write them. */
export function manyActions(max: number, min = 0): fc.Arbitrary<Card> {
  const label = fc.string({ unit: "grapheme", minLength: 1, maxLength: 120 });
  const command = fc.nat().map((number) => `recs approve rec_${number}`);
  const action: fc.Arbitrary<Action> = fc.oneof(
    { weight: 4, arbitrary: fc.record({ kind: fc.constant("button" as const), label, style, command }) },
    {
      weight: 1,
      arbitrary: fc.record({
        kind: fc.constant("button" as const),
        label,
        style,
        command,
        confirm: fc.record({ title: label, text: label, yes: label }),
      }),
    },
    {
      weight: 1,
      arbitrary: fc.record({
        kind: fc.constant("form" as const),
        label,
        style,
        title: label,
        submit: label,
        fields: fc.array(field, { maxLength: 5 }),
        command: command.map((text) => [text]),
      }),
    },
    {
      weight: 1,
      arbitrary: fc.record({
        kind: fc.constant("select" as const),
        label,
        options: fc.array(fc.record({ label, command }), { minLength: 1, maxLength: 40 }),
      }),
    },
  );
  const size = (one: Action): number => (one.kind === "select" ? one.options.length : 1);
  return fc.array(action, { minLength: min, maxLength: max }).map((all) => {
    let left = max;
    const actions = all.filter((one) => {
      const fits = size(one) <= left;
      if (fits) left -= size(one);
      return fits;
    });
    return { ...plainCard("A card of many actions"), actions };
  });
}

/** A small card for tests of delivery. */
export function plainCard(title: string, summary = `${title}.`): Card {
  return { title, summary, tone: "neutral", blocks: [], actions: [], footer: [] };
}
