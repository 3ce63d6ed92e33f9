/**
 * What a surface can take: one record each (channels/*), in which `fit` reads what a card has to give way to. Lengths are
 * UTF-16 units of what is shown, which are never fewer than the characters a platform counts.
 */
export type Capabilities = {
  readonly text: TextLimits;
  readonly parts: PartLimits;
  readonly table: TableCapabilities;
  /** Pictures, or bars drawn with characters. */
  readonly charts: "image" | "characters";
  readonly actions: ActionLimits;
  readonly press: PressCapabilities;
  readonly forms: FormCapabilities;
  readonly delivery: DeliveryCapabilities;
  /** Where all of a card is shown of which this surface shows less: the end of a sentence. */
  readonly elsewhere: string;
};

/** The longest text of each part; longer ones end in …. */
export type TextLimits = {
  readonly title: number;
  readonly summary: number;
  readonly status: number;
  readonly caption: number;
  /** A fact, its label included. */
  readonly fact: number;
  readonly item: number;
  readonly note: number;
  /** A cell of a table; totals are not cut. */
  readonly cell: number;
  /** The words of a picture. */
  readonly alt: number;
  /** One line of the receipt, and all of it; what was left out is said in any case. */
  readonly footerLine: number;
  readonly footer: number;
};

export type PartLimits = {
  readonly blocks: number;
  /** Of one block of facts, list or table; totals are beyond counting. */
  readonly facts: number;
  readonly items: number;
  readonly rows: number;
};

export type TableCapabilities =
  /** Drawn by the surface, up to so many columns. */
  | { readonly as: "grid"; readonly columns: number }
  /** Aligned in type of one width; the narrowest of `widths` that holds the numbers. None: as wide as it is shown. */
  | { readonly as: "monospaced"; readonly widths: readonly number[] };

export type ActionLimits = {
  readonly rows: number;
  readonly perRow: number;
  /** Buttons and menus of one card. */
  readonly total: number;
  readonly label: number;
  readonly url: number;
  /** Options of one menu; what is beyond goes into the next one. */
  readonly options: number;
  readonly optionLabel: number;
  /** Options of one `select` that are offered at all: for messages that may not be larger. */
  readonly choices: number;
  readonly confirmTitle: number;
  readonly confirmText: number;
  readonly confirmYes: number;
};

export type PressCapabilities = {
  /** `tokens`: what has none cannot be pressed. `anything`: a click types the command. `nothing`: commands are read. */
  readonly with: "tokens" | "anything" | "nothing";
  /** Menus beside buttons, or on a row of their own. */
  readonly menus: "in-row" | "own-row";
  /** `native`: the surface asks before it tells of the click. `answer`: the answer to the click asks. */
  readonly confirm: "native" | "answer";
  /** Before a command that somebody types here. */
  readonly typed: string;
};

export type FormCapabilities = {
  /** `modal`: the bot opens it in answer to a click. `page`: the surface does. `typed`: its command is shown. */
  readonly opens: "modal" | "page" | "typed";
  readonly fields: number;
  readonly title: number;
  readonly label: number;
  readonly input: number;
  readonly options: number;
  readonly optionLabel: number;
};

/** What the contract of channels holds each surface to (test/bot/channel-contract.ts). */
export type DeliveryCapabilities = {
  /** `thread`: replies hang from their parent. `quoted`: they follow and name it. */
  readonly replies: "thread" | "quoted";
  /** The same of a talk with one person. */
  readonly privateReplies: "thread" | "follow";
  /** `in-place`: the message changes. `again`: it is shown anew, as an update. */
  readonly edits: "in-place" | "again";
  /** A post repeated under its key: the same message, or one that says that it may be a second. */
  readonly repeats: "same" | "marked";
  /** A platform of somebody else's: it may be away, be slow, refuse, or have lost a message. */
  readonly remote: boolean;
  /** Bytes of one file beside a card. */
  readonly fileBytes: number;
};

type Lower = {
  readonly text?: Partial<TextLimits>;
  readonly parts?: Partial<PartLimits>;
  readonly actions?: Partial<ActionLimits>;
};

/**
 * For a surface that limits the whole message: each step says less, and the first that fits is sent. Rows go first, then
 * remarks and detail, then long words, then choices of menus. Title, totals, status and buttons are there to the end.
 */
const STEPS: readonly Lower[] = [
  {},
  { parts: { rows: 10, items: 8 }, text: { item: 300, fact: 300, note: 600, alt: 600, cell: 40, footer: 800 } },
  {
    parts: { rows: 8, items: 6 },
    text: { summary: 1_000, item: 200, fact: 200, note: 400, alt: 400, caption: 120, cell: 40, footer: 800 },
  },
  {
    parts: { rows: 5, items: 5, facts: 8, blocks: 12 },
    text: { ...words(120), summary: 600, note: 250, alt: 200, caption: 80, cell: 30, footer: 500, footerLine: 160 },
    actions: { optionLabel: 50 },
  },
  {
    parts: { rows: 3, items: 3, facts: 6, blocks: 9 },
    text: { ...words(80), summary: 400, note: 120, alt: 120, cell: 24, footer: 400, footerLine: 100 },
    actions: { label: 50, optionLabel: 40, confirmText: 200 },
  },
  {
    parts: { rows: 0, items: 1, facts: 4, blocks: 6 },
    text: { ...words(60), summary: 300, status: 150, caption: 40, cell: 16, footer: 300, footerLine: 60 },
    actions: { label: 40, optionLabel: 30, confirmTitle: 60, confirmText: 120 },
  },
  {
    parts: { rows: 0, items: 0, facts: 2, blocks: 0 },
    text: { ...words(40), summary: 300, status: 100, caption: 24, cell: 12, footer: 200, footerLine: 60 },
    actions: { label: 30, optionLabel: 24, confirmTitle: 40, confirmText: 80 },
  },
  {
    parts: { rows: 0, items: 0, facts: 2, blocks: 0 },
    text: { ...words(40), summary: 300, status: 60, caption: 24, cell: 12, footer: 200, footerLine: 40 },
    actions: { label: 24, optionLabel: 20, choices: 10, confirmTitle: 30, confirmText: 40 },
  },
  {
    parts: { rows: 0, items: 0, facts: 2, blocks: 0 },
    text: { ...words(40), summary: 300, status: 60, caption: 24, cell: 12, footer: 200, footerLine: 40 },
    actions: { label: 24, optionLabel: 20, choices: 4, total: 10, confirmTitle: 30, confirmText: 40 },
  },
];

/** The same length for all that stands in a line. */
function words(length: number): Partial<TextLimits> {
  return { caption: length, fact: length, item: length, note: length, alt: length };
}

/** The surface, and then the surface as if it took less and less. */
export function stepsOf(capabilities: Capabilities): readonly [Capabilities, ...Capabilities[]] {
  const { text, parts, actions } = capabilities;
  const steps = STEPS.slice(1).map((step) => ({
    ...capabilities,
    text: lower(text, step.text),
    parts: lower(parts, step.parts),
    actions: lower(actions, step.actions),
  }));
  return [capabilities, ...steps];
}

function lower<Limits extends Readonly<Record<string, number>>>(limits: Limits, by: Partial<Limits> = {}): Limits {
  const entries = Object.entries(limits).map(([name, limit]) => [name, Math.min(limit, by[name] ?? limit)]);
  return Object.fromEntries(entries) as Limits;
}
