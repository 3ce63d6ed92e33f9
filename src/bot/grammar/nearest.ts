const LENGTH_MAX = 60;

/** Edits (insert, delete, replace, swap neighbours) that turn a into b. Words longer than 60 characters are clipped. */
export function editDistance(left: string, right: string): number {
  const a = left.slice(0, LENGTH_MAX);
  const b = right.slice(0, LENGTH_MAX);
  const rows: number[][] = [Array.from({ length: b.length + 1 }, (_, index) => index)];
  for (let i = 1; i <= a.length; i += 1) {
    const row = [i];
    for (let j = 1; j <= b.length; j += 1) {
      const replace = (rows[i - 1]?.[j - 1] ?? 0) + (a[i - 1] === b[j - 1] ? 0 : 1);
      let best = Math.min((rows[i - 1]?.[j] ?? 0) + 1, (row[j - 1] ?? 0) + 1, replace);
      if (i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1]) {
        best = Math.min(best, (rows[i - 2]?.[j - 2] ?? 0) + 1);
      }
      row.push(best);
    }
    rows.push(row);
  }
  return rows[a.length]?.[b.length] ?? 0;
}

/** The words of `vocabulary` a person most likely meant, nearest first; empty when none is near. */
export function nearestWords(word: string, vocabulary: Iterable<string>, most = 3): string[] {
  const typed = word.toLowerCase();
  const editsMax = typed.length <= 3 ? 1 : typed.length <= 6 ? 2 : 3;
  const found: { candidate: string; distance: number }[] = [];
  for (const candidate of new Set(vocabulary)) {
    const distance = distanceTo(typed, candidate.toLowerCase());
    if (distance <= editsMax) found.push({ candidate, distance });
  }
  found.sort((a, b) => a.distance - b.distance || (a.candidate < b.candidate ? -1 : 1));
  return found.slice(0, most).map((entry) => entry.candidate);
}

function distanceTo(typed: string, candidate: string): number {
  if (typed === candidate) return 0;
  // A start or a part of the word is nearer than its length says: "simple storage" → "Amazon Simple Storage Service".
  if (typed.length >= 3 && candidate.startsWith(typed)) return 1;
  if (typed.length >= 4 && candidate.includes(typed)) return 2;
  if (typed.length >= 2 && initialsOf(candidate).includes(typed)) return 2;
  return Math.abs(typed.length - candidate.length) > 3 ? Infinity : editDistance(typed, candidate);
}

function initialsOf(candidate: string): string {
  const words = candidate.split(/[^\p{L}\p{N}]+/u).filter((part) => part !== "");
  return words.length < 2 ? "" : words.map((part) => part[0] ?? "").join("");
}
