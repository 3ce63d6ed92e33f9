import type { ChartView } from "../charts/chart-view.ts";

/** Text as a tree: nothing in it is ever markup. Renderers escape every `text`. */
export type Inline =
  | { readonly kind: "text"; readonly text: string }
  | { readonly kind: "strong"; readonly text: string }
  | { readonly kind: "code"; readonly text: string }
  | { readonly kind: "link"; readonly text: string; readonly href: string };
export type RichText = string | readonly Inline[];

export type Tone = "neutral" | "good" | "warning" | "bad";

export type Column = { readonly header: string; readonly align: "left" | "right" };

export type Block =
  | { readonly kind: "facts"; readonly facts: readonly { readonly label: string; readonly value: RichText }[] }
  | {
      readonly kind: "table";
      readonly caption?: string;
      readonly columns: readonly Column[];
      readonly rows: readonly (readonly RichText[])[];
      readonly totals?: readonly RichText[];
    }
  | { readonly kind: "chart"; readonly chart: ChartView; readonly alt: string }
  | { readonly kind: "list"; readonly caption?: string; readonly items: readonly RichText[] }
  | { readonly kind: "note"; readonly tone: Tone; readonly text: RichText };

/** A button. Every button has a typed equivalent, so that nothing needs a mouse. */
export type Action = {
  readonly label: string;
  readonly style: "primary" | "danger" | "plain";
  /** The command that does the same: `cost last month by service`. */
  readonly command: string;
};

/** The one message model: every surface renders this and nothing else. */
export type Card = {
  readonly title: string;
  /** Complete by itself: what a notification or a screen reader says. Carries the total. */
  readonly summary: string;
  readonly tone: Tone;
  readonly blocks: readonly Block[];
  readonly actions: readonly Action[];
  readonly status?: string;
  /** The receipt, one line each. */
  readonly footer: readonly string[];
};
