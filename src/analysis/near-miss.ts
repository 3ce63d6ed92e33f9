/** A spelling and what it weighs, as decimal atoms of one currency. */
export type Spelling = { readonly text: string; readonly atoms: bigint };
export type NearMiss = { readonly keep: string; readonly others: readonly string[]; readonly atoms: bigint };

/**
 * Spellings that most likely mean one thing: the same but for case, spaces, dashes, dots, underscores or a plural. The
 * one that weighs most is to be kept; `atoms` is what the others hold. Whoever weighs most comes first.
 */
export function nearMisses(spellings: readonly Spelling[]): NearMiss[] {
  const groups = new Map<string, Spelling[]>();
  for (const one of spellings) {
    const form = plainForm(one.text);
    groups.set(form, [...(groups.get(form) ?? []), one]);
  }
  const descending = (a: bigint, b: bigint): number => (a > b ? -1 : a < b ? 1 : 0);
  return [...groups.values()]
    .filter((group) => group.length > 1)
    .map((group): NearMiss => {
      const [first, ...others] = group.toSorted((a, b) => descending(a.atoms, b.atoms) || (a.text < b.text ? -1 : 1));
      const atoms = others.reduce((sum, one) => sum + one.atoms, 0n);
      return { keep: first?.text ?? "", others: others.map(({ text }) => text), atoms };
    })
    .toSorted((a, b) => descending(a.atoms, b.atoms));
}

function plainForm(text: string): string {
  const plain = text.toLowerCase().replace(/[\s._-]+/g, "");
  return plain.length > 3 ? plain.replace(/s$/, "") : plain;
}
