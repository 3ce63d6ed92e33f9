import type { Tone } from "../../card.ts";

/** What a terminal can do. Width is in columns. */
export type TerminalOptions = {
  readonly width: number;
  readonly colour: boolean;
  /** Stands before the typed command of each button: "finops " where a shell reads it. */
  readonly commandPrefix?: string;
  /** Stands behind it: " --demo" where the sample estate was asked. */
  readonly commandSuffix?: string;
  /** First words of what a shell knows here: commands named in sentences get prefix and suffix too. */
  readonly commands?: readonly string[];
  /** The card says what went wrong: what mends it is a command, also outside a span of code. */
  readonly complaint?: boolean;
};

export type Paint = (style: keyof typeof CODES, text: string) => string;

const CODES = {
  strong: [1, 22],
  dim: [2, 22],
  code: [36, 39],
  good: [32, 39],
  warning: [33, 39],
  bad: [31, 39],
  neutral: [39, 39],
} as const;

/** Colours where the terminal has them, plain text elsewhere. Only ever given text that was made safe. */
export function createPaint(colour: boolean): Paint {
  return (style, text) => {
    const [on, off] = CODES[style];
    return colour && text !== "" && style !== "neutral" ? `\u001b[${on}m${text}\u001b[${off}m` : text;
  };
}

/** A word beside the colour, for eyes and terminals that do not see it. */
export const TONE_SIGNS: Readonly<Record<Tone, string>> = { neutral: "·", good: "✓", warning: "▲", bad: "✗" };
