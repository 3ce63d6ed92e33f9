import type { ChartView } from "../charts/chart-view.ts";

/** Text as a tree: nothing in it is ever markup. Renderers escape every `text`. */
export type Inline =
  | { readonly kind: "text"; readonly text: string }
  | { readonly kind: "strong"; readonly text: string }
  | { readonly kind: "code"; readonly text: string }
  | { readonly kind: "link"; readonly text: string; readonly href: string }
  /**
   * Somebody the bot knows: a mention where the surface knows them, else their name. Only on what is posted by itself and
   * asks something of them: they are notified once, by the post, never by an edit.
   */
  | { readonly kind: "person"; readonly id: string; readonly text: string };
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

/** Asked before an action that moves money or cannot be taken back; names the object and the amount. */
export type Confirm = { readonly title: string; readonly text: string; readonly yes: string };

/** One thing a form asks for. Lengths are characters; every surface checks them again when it is sent. */
export type Field =
  | {
      readonly kind: "text";
      readonly name: string;
      readonly label: string;
      readonly placeholder?: string;
      readonly multiline?: boolean;
      readonly required: boolean;
      readonly lengthMax: number;
      readonly initial?: string;
    }
  | {
      readonly kind: "choice";
      readonly name: string;
      readonly label: string;
      readonly options: readonly { readonly label: string; readonly value: string }[];
      readonly required: boolean;
      readonly initial?: string;
    }
  | {
      readonly kind: "day";
      readonly name: string;
      readonly label: string;
      readonly required: boolean;
      readonly initial?: string;
    };

/** A piece of a form's command: text as it is, or what was filled into a field, quoted for the grammar. */
export type CommandPart = string | { readonly field: string };

export type ActionStyle = "primary" | "danger" | "plain";

/**
 * What a card lets people do. Everything but a link stands for a command that can be typed, so that nothing needs a
 * mouse; the click runs that command as the person who clicked, with their role and scope of that moment.
 */
export type Action =
  | {
      readonly kind: "button";
      readonly label: string;
      readonly style: ActionStyle;
      /** The command that does the same: `cost last month by service`. */
      readonly command: string;
      readonly confirm?: Confirm;
    }
  | {
      /** One of several commands: a menu. */
      readonly kind: "select";
      readonly label: string;
      readonly options: readonly { readonly label: string; readonly command: string }[];
    }
  | {
      readonly kind: "form";
      readonly label: string;
      readonly style: ActionStyle;
      readonly title: string;
      readonly fields: readonly Field[];
      /** The word on the button that sends it. */
      readonly submit: string;
      readonly command: readonly CommandPart[];
    }
  | { readonly kind: "link"; readonly label: string; readonly href: string };

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
  /** What somebody types to see all of it, where a surface shows less: `cost last month by service`. */
  readonly command?: string;
};
