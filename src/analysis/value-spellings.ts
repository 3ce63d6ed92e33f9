/** Sets of spellings named in one note. */
const SHOWN_MAX = 3;

/**
 * A note on values that differ only in case or in blanks at their ends ("Tracking", "tracking"); null when there are none.
 * They are kept as billed (FOCUS: tag values are exact) and stand apart in an answer, while a filter takes either for both.
 */
export function spellingNote(dimension: string, values: readonly string[]): string | null {
  const spellings = new Map<string, Set<string>>();
  for (const value of values) {
    const key = value.trim().toLowerCase();
    spellings.set(key, (spellings.get(key) ?? new Set()).add(value));
  }
  const several = [...spellings]
    .filter(([, set]) => set.size > 1)
    .toSorted(([a], [b]) => (a < b ? -1 : 1))
    .map(([, set]) => [...set].sort());
  if (several.length === 0) return null;
  const sets = several.slice(0, SHOWN_MAX).map((set) => set.map((value) => `"${value}"`).join(" and "));
  const rest = several.length > SHOWN_MAX ? ` and ${several.length - SHOWN_MAX} more` : "";
  return `${dimension} has values that differ only in spelling: ${sets.join("; ")}${rest}. They stand apart as billed; \`for ${dimension} …\` takes every spelling, and \`hygiene\` says what to mend.`;
}
