import type { Json } from "./state.ts";

/** Reading blocks as a person does: labels, fields, words. */
type Found = { readonly blockId: string; readonly element: Json; readonly option: Json | null };

/** The button or menu entry that says `label`. */
export function findElement(blocks: readonly Json[], label: string): Found | null {
  for (const [index, block] of blocks.entries()) {
    const blockId = stringOf(block["block_id"], `b${index}`);
    for (const element of elementsOf(block)) {
      if (textOf(element["text"]) === label) return { blockId, element, option: null };
      const option = listOf(element["options"]).find((one) => textOf(one["text"]) === label);
      if (option !== undefined) return { blockId, element, option };
    }
  }
  return null;
}

/** Every label that can be pressed or picked. */
export function buttonsOf(blocks: readonly Json[]): string[] {
  return blocks.flatMap(elementsOf).flatMap((element) => {
    const options = listOf(element["options"]).map((option) => textOf(option["text"]));
    return element["type"] === "button" ? [textOf(element["text"])] : options;
  });
}

export type Input = { readonly label: string; readonly blockId: string; readonly element: Json };

export function inputsOf(blocks: readonly Json[]): Input[] {
  return blocks.flatMap((block, index) =>
    block["type"] === "input"
      ? [
          {
            label: textOf(block["label"]),
            blockId: stringOf(block["block_id"], `b${index}`),
            element: block["element"] as Json,
          },
        ]
      : [],
  );
}

/** Everything a person reads in the blocks, in order. */
export function wordsOf(blocks: readonly Json[]): string {
  const words: string[] = [];
  const walk = (value: unknown): void => {
    if (Array.isArray(value)) {
      for (const one of value) walk(one);
    } else if (typeof value === "object" && value !== null) {
      for (const [name, inner] of Object.entries(value)) {
        if ((name === "text" || name === "alt_text") && typeof inner === "string") words.push(inner);
        else walk(inner);
      }
    }
  };
  walk(blocks);
  return words.join("\n");
}

/** Mentions that would call somebody: in marked-up text and in rich text. */
export function liveMentions(text: string, blocks: readonly Json[]): string[] {
  const found: string[] = [...text.matchAll(/<[!@#][^>]*>/g)].map(([match]) => match);
  const walk = (value: unknown): void => {
    if (Array.isArray(value)) {
      for (const one of value) walk(one);
    } else if (typeof value === "object" && value !== null) {
      const { type, text: inner } = value as { type?: unknown; text?: unknown };
      if (type === "mrkdwn" && typeof inner === "string") {
        found.push(...[...inner.matchAll(/<[!@#][^>]*>/g)].map(([match]) => match));
      }
      if (["user", "usergroup", "broadcast", "channel"].includes(stringOf(type))) found.push(JSON.stringify(value));
      for (const one of Object.values(value)) walk(one);
    }
  };
  walk(blocks);
  return found;
}

function elementsOf(block: Json): Json[] {
  if (block["type"] === "actions") return listOf(block["elements"]);
  return block["accessory"] === undefined ? [] : [block["accessory"] as Json];
}

function listOf(value: unknown): Json[] {
  return Array.isArray(value) ? (value as Json[]) : [];
}

function textOf(value: unknown): string {
  return typeof value === "object" && value !== null ? stringOf((value as Json)["text"]) : "";
}

/** A string as it is; anything else is none. */
export function stringOf(value: unknown, otherwise = ""): string {
  return typeof value === "string" ? value : otherwise;
}
