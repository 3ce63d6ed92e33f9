import { DIMENSIONS, normaliseTagKey, type Dimension, type PlainDimension } from "../../domain/dimension.ts";
import type { Token } from "./tokens.ts";

/** Other words for a dimension. Only those nobody could mean otherwise. */
const SYNONYMS: Readonly<Record<string, PlainDimension>> = {
  cloud: "provider",
  vendor: "provider",
  account: "sub-account",
  subaccount: "sub-account",
  subscription: "sub-account",
  project: "sub-account",
  payer: "billing-account",
  category: "service-category",
  location: "region",
  env: "environment",
  invoice: "invoice",
  "charge-kind": "kind",
};

/** Every word a dimension may be said with, singular and plural. */
export const DIMENSION_WORDS: ReadonlyMap<string, PlainDimension> = new Map(
  [...DIMENSIONS.map((word) => [word, word] as const), ...Object.entries(SYNONYMS)].flatMap(([word, dimension]) => [
    [word, dimension] as const,
    [pluralOf(word), dimension] as const,
  ]),
);

function pluralOf(word: string): string {
  if (word.endsWith("y")) return `${word.slice(0, -1)}ies`;
  return word.endsWith("s") ? `${word}es` : `${word}s`;
}

/** Reads a dimension at `position`: one word, two words ("sub account"), `tag:KEY` or `tag KEY`. null: none is there. */
export function readDimension(
  tokens: readonly Token[],
  position: number,
): { dimension: Dimension; length: number } | null {
  const first = tokens[position];
  if (first === undefined || first.kind !== "word") return null;
  const word = first.text.toLowerCase();
  const tagged = /^(?:tag|label):(.+)$/su.exec(first.text);
  if (tagged !== null) return tagDimension(tagged[1] ?? "", 1);
  const second = tokens[position + 1];
  if (second !== undefined && second.kind === "word") {
    const both = DIMENSION_WORDS.get(`${word}-${second.text.toLowerCase()}`);
    if (both !== undefined) return { dimension: both, length: 2 };
  }
  const plain = DIMENSION_WORDS.get(word);
  if (plain !== undefined) return { dimension: plain, length: 1 };
  if ((word === "tag" || word === "label") && second !== undefined && second.kind !== "comma") {
    return tagDimension(second.text, 2);
  }
  return null;
}

function tagDimension(key: string, length: number): { dimension: Dimension; length: number } | null {
  const normalised = normaliseTagKey(key);
  return normalised === "" ? null : { dimension: `tag:${normalised}`, length };
}

/** Names people give the providers, for `for provider Amazon`. */
const PROVIDER_NAMES: Readonly<Record<string, string>> = {
  amazon: "aws",
  "amazon web services": "aws",
  microsoft: "azure",
  "microsoft azure": "azure",
  google: "gcp",
  "google cloud": "gcp",
  "google cloud platform": "gcp",
  oracle: "oci",
  "oracle cloud": "oci",
};

/** The slug of a provider said by its name; anything else unchanged. */
export function providerSlug(value: string): string {
  const name = value.toLowerCase();
  return Object.hasOwn(PROVIDER_NAMES, name) ? (PROVIDER_NAMES[name] ?? value) : value;
}

/** Whether people call a provider so. */
export function isProviderName(value: string): boolean {
  const name = value.toLowerCase();
  return Object.hasOwn(PROVIDER_NAMES, name) || Object.values(PROVIDER_NAMES).includes(name);
}
