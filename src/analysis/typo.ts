import { editDistance } from "../domain/nearest.ts";

/** Shorter words are one letter from too many others (dev, deu, des). */
const LENGTH_MIN = 6;
/** Below this, one edit makes another word often enough (upload, unload) that cost must tell, too. */
const SURE_LENGTH_MIN = 8;
/** Two mistakes only in words this long. */
const TWO_EDITS_LENGTH_MIN = 12;
/** Where a word alone does not tell: a mistake costs at most this part of what is right. */
const RARE_PART = 4n;

type Weighed = { readonly text: string; readonly atoms: bigint };

/**
 * Whether one spelling is most likely the other one mistyped: insertion, omission, replacement or two letters swapped,
 * once (twice in words of 12 letters and more). Judged word by word, and never where a difference may be meant: other
 * digits (prod1, prod2), a short word (eu-west, us-west, team-a, team-b), the first or the last letter (regiona, regionb).
 */
export function isTypo(rare: Weighed, common: Weighed): boolean {
  const [words, others] = [wordsOf(rare.text), wordsOf(common.text)];
  if (words.length !== others.length) return false;
  const differing = words.map((word, index) => [word, others[index] ?? ""] as const).filter(([a, b]) => a !== b);
  const [pair, ...more] = differing;
  if (pair === undefined || more.length > 0) return false;
  const [word, other] = pair;
  if (digitsOf(word) !== digitsOf(other)) return false;
  if (word[0] !== other[0] || word.at(-1) !== other.at(-1)) return false;
  const length = Math.min(word.length, other.length);
  if (length < LENGTH_MIN) return false;
  const edits = editDistance(word, other);
  const isRare = rare.atoms * RARE_PART <= common.atoms;
  if (edits === 1) return length >= SURE_LENGTH_MIN || isRare;
  return edits === 2 && length >= TWO_EDITS_LENGTH_MIN && isRare;
}

function wordsOf(text: string): string[] {
  return text
    .toLowerCase()
    .split(/[\s._/:-]+/)
    .filter((word) => word !== "");
}

function digitsOf(word: string): string {
  return word.replace(/\D+/g, " ");
}
