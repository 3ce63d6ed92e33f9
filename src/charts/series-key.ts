import { label, OWN_COLOR, PIXELS, type Layer } from "./frame.ts";
import { ellipsise, textWidth } from "./text-fit.ts";
import { FONT_SIZE, type Theme } from "./theme.ts";

export type KeyEntry = {
  readonly label: string;
  readonly value: string;
  readonly note: string;
  readonly color: string;
};

export const KEY_WIDTH = 244;
export const KEY_ENTRY_HEIGHT = 58;
const DOT_SIZE = 14;
const INDENT = 26;

/** Names and amounts of the series at the right: a dot, the name, its total and share under it. */
export function seriesKey(entries: readonly KeyEntry[], theme: Theme, x: number, y = 0, width = KEY_WIDTH): Layer[] {
  const dots: Layer = {
    name: "key-dots",
    data: { values: entries.map((entry, index) => ({ y: y + 11 + index * KEY_ENTRY_HEIGHT, color: entry.color })) },
    mark: { type: "point", shape: "circle", filled: true, opacity: 1, size: DOT_SIZE ** 2 },
    encoding: { x: { value: x + DOT_SIZE / 2 }, y: { field: "y", ...PIXELS }, color: OWN_COLOR },
  };
  const room = width - INDENT;
  return [
    dots,
    ...entries.flatMap((entry, index) => {
      const top = y + index * KEY_ENTRY_HEIGHT;
      const name = fitName(entry.label, room);
      const value = ellipsise(entry.value, room, FONT_SIZE, 600);
      const valueWidth = textWidth(value, FONT_SIZE, 600);
      const noteFits = valueWidth + 10 + textWidth(entry.note, FONT_SIZE) <= room;
      const at = { x: x + INDENT, y: top + 18, color: theme.muted };
      return [
        label("key-label", name, at),
        label("key-value", value, { ...at, y: top + 18 + 25, weight: 600, color: theme.text }),
        ...(noteFits && entry.note !== ""
          ? [label("key-note", entry.note, { ...at, x: at.x + valueWidth + 10, y: top + 18 + 25 })]
          : []),
      ];
    }),
  ];
}

/** Where a name is too long, whose cloud it is goes first: "Elastic Compute Cloud" says more than "Amazon Elastic Com…". */
const VENDOR = /^(amazon|aws|azure|microsoft|google cloud|google|oracle|oci) +(?=\S)/i;

function fitName(name: string, room: number): string {
  const whole = ellipsise(name, room, FONT_SIZE);
  return whole.endsWith("…") ? ellipsise(name.replace(VENDOR, ""), room, FONT_SIZE) : whole;
}
