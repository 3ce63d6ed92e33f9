import { basename, dirname } from "node:path";

/**
 * Files of one folder whose names differ only in a chunk number: `export-00001.csv.gz`, `part_0_0002.csv`,
 * `bill_000000000001.parquet`. A number that reads as a date or month is no chunk number, and the numbers must run
 * from 0 or 1 without a gap: month-to-date files of several days must not be added up.
 */
export type ChunkSet = { readonly complete: boolean; readonly missing: readonly number[] };

type NumberedName = { readonly template: string; readonly number: number };

const LAST_NUMBER = /^(.*?)(\d+)(\D*)$/;

/** The name with its chunk number taken out; null when it has none. */
export function chunkName(path: string): NumberedName | null {
  const name = basename(path);
  const match = LAST_NUMBER.exec(name.replace(/(\.(csv|gz|parquet|pq|tsv|snappy|zstd))+$/i, ""));
  if (match === null) return null;
  const [, before = "", digits = "", after = ""] = match;
  if (looksLikeDate(before, digits)) return null;
  return { template: `${dirname(path)}/${before}#${after}${extensionOf(name)}`, number: Number(digits) };
}

/** Whether these files are, by name, the chunks of one set. */
export function areChunks(paths: readonly string[]): ChunkSet | null {
  const names = paths.map(chunkName);
  const template = names[0]?.template;
  if (template === undefined || names.some((name) => name?.template !== template)) return null;
  const numbers = names.map((name) => name?.number ?? 0).sort((a, b) => a - b);
  if (new Set(numbers).size !== numbers.length) return null;
  const first = Math.min(numbers[0] ?? 0, 1);
  const last = numbers.at(-1) ?? 0;
  const present = new Set(numbers);
  const missing: number[] = [];
  for (let number = first; number <= last && missing.length < 5; number += 1) {
    if (!present.has(number)) missing.push(number);
  }
  return { complete: missing.length === 0, missing };
}

function extensionOf(name: string): string {
  return /(\.(csv|gz|parquet|pq|tsv|snappy|zstd))+$/i.exec(name)?.[0] ?? "";
}

/** 20260301, 202603, or the last part of 2026-03-01, 2026-03. */
function looksLikeDate(before: string, digits: string): boolean {
  if (/^(19|20)\d{2}(0[1-9]|1[0-2])([0-2]\d|3[01])?$/.test(digits)) return true;
  return /(19|20)\d{2}[-_.]?((0[1-9]|1[0-2])[-_.]?)?$/.test(before) && digits.length === 2
    ? true
    : /^(19|20)\d{2}$/.test(digits);
}
