/**
 * The words closest to what was typed, nearest first: for "did you mean …?".
 * Only those within a third of the longer word's length (at least one edit) count, so that nonsense gets no guess.
 */
export function nearestWords(typed: string, words: readonly string[], most = 3): string[] {
  const text = typed.toLowerCase();
  return words
    .map((word) => ({ word, edits: editDistance(text, word.toLowerCase()) }))
    .filter(({ word, edits }) => edits <= Math.max(1, Math.floor(Math.max(text.length, word.length) / 3)))
    .sort((a, b) => a.edits - b.edits || (a.word < b.word ? -1 : 1))
    .slice(0, most)
    .map(({ word }) => word);
}

/** Longer than any word of ours; beyond it a distance would only cost time. */
const WORD_LENGTH_MAX = 80;

/**
 * Edits that turn a into b: insert, delete, replace, or swap two neighbours (optimal string alignment).
 * Both are cut at 80 characters.
 */
export function editDistance(a: string, b: string): number {
  const from = [...a].slice(0, WORD_LENGTH_MAX);
  const to = [...b].slice(0, WORD_LENGTH_MAX);
  const rows: number[][] = [Array.from({ length: to.length + 1 }, (_, column) => column)];
  const at = (row: number, column: number): number => rows[row]?.[column] ?? 0;
  for (let row = 1; row <= from.length; row += 1) {
    const line = [row];
    rows.push(line);
    for (let column = 1; column <= to.length; column += 1) {
      const same = from[row - 1] === to[column - 1];
      let best = Math.min(at(row - 1, column) + 1, at(row, column - 1) + 1, at(row - 1, column - 1) + (same ? 0 : 1));
      const swapped = row > 1 && column > 1 && from[row - 1] === to[column - 2] && from[row - 2] === to[column - 1];
      if (swapped) best = Math.min(best, at(row - 2, column - 2) + 1);
      line.push(best);
    }
  }
  return at(from.length, to.length);
}
