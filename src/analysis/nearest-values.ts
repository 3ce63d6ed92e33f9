import { editDistance } from "../domain/nearest.ts";

/**
 * The values a person most likely meant, nearest first; empty when none is near. Besides slips of the keyboard,
 * beginnings, parts and initials count: "simple storage" and "ass" find "Amazon Simple Storage Service".
 */
export function nearestValues(word: string, vocabulary: Iterable<string>, most = 3): string[] {
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
  if (typed.length >= 2 && candidate.split(/[^\p{L}\p{N}]+/u).includes(typed)) return 1;
  if (typed.length >= 4 && candidate.includes(typed)) return 2;
  if (typed.length >= 2 && initialsOf(candidate).includes(typed)) return 2;
  return Math.abs(typed.length - candidate.length) > 3 ? Infinity : editDistance(typed, candidate);
}

function initialsOf(candidate: string): string {
  const words = candidate.split(/[^\p{L}\p{N}]+/u).filter((part) => part !== "");
  return words.length < 2 ? "" : words.map((part) => part[0] ?? "").join("");
}
