import { isTypo } from "./typo.ts";

/** A spelling and what it weighs, as decimal atoms of one currency. */
export type Spelling = { readonly text: string; readonly atoms: bigint };
export type NearMiss = { readonly keep: string; readonly others: readonly string[]; readonly atoms: bigint };

/**
 * Spellings that most likely mean one thing: the same but for case, spaces, dashes, dots, underscores or a plural, or a
 * typing mistake (typo.ts). The one that weighs most is to be kept; `atoms` is what the others hold. Whoever weighs most
 * comes first. What may as well be two things stays two: joining them by mistake would be charged to somebody.
 */
export function nearMisses(spellings: readonly Spelling[]): NearMiss[] {
  const groups = new Map<string, Spelling[]>();
  for (const one of spellings) {
    const form = plainForm(one.text);
    groups.set(form, [...(groups.get(form) ?? []), one]);
  }
  return joinTypos([...groups.values()].map(byWeight))
    .filter((group) => group.length > 1)
    .map((group): NearMiss => {
      const [first, ...others] = group;
      return { keep: first?.text ?? "", others: others.map(({ text }) => text), atoms: weightOf(others) };
    })
    .toSorted((a, b) => descending(a.atoms, b.atoms));
}

/** Each group under the heaviest one it is a mistyped spelling of; what is itself mistyped draws no others. */
function joinTypos(groups: readonly Spelling[][]): Spelling[][] {
  const heads: Spelling[][] = [];
  const sorted = groups.toSorted((a, b) => descending(weightOf(a), weightOf(b)) || byText(a[0], b[0]));
  for (const group of sorted) {
    const [own] = group;
    const head = heads.find(([first]) => first !== undefined && own !== undefined && isTypo(own, first));
    if (head === undefined) heads.push([...group]);
    else head.push(...group);
  }
  return heads;
}

const descending = (a: bigint, b: bigint): number => (a > b ? -1 : a < b ? 1 : 0);

function byWeight(group: readonly Spelling[]): Spelling[] {
  return group.toSorted((a, b) => descending(a.atoms, b.atoms) || byText(a, b));
}

/** Where nothing else tells, the longer one: letters are left out more often than put in. */
function byText(a: Spelling | undefined, b: Spelling | undefined): number {
  const [one, two] = [a?.text ?? "", b?.text ?? ""];
  return two.length - one.length || (one < two ? -1 : one > two ? 1 : 0);
}

function weightOf(group: readonly Spelling[]): bigint {
  return group.reduce((sum, { atoms }) => sum + atoms, 0n);
}

function plainForm(text: string): string {
  const plain = text.toLowerCase().replace(/[\s._-]+/g, "");
  return plain.length > 3 ? plain.replace(/s$/, "") : plain;
}
