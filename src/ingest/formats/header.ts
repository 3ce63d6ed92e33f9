import type { SourceFile } from "./format.ts";

/**
 * The one form header names are compared in: BOM and blanks off, `Localized (Name)` → name, lower case.
 * "Ressourcengruppe (ResourceGroup)" → "resourcegroup".
 */
export function normaliseHeader(name: string): string {
  const bare = name.replace(/^\uFEFF/, "").trim();
  const localised = /\(([^()]+)\)$/.exec(bare);
  return (localised?.[1] ?? bare).trim().toLowerCase();
}

/** Finds columns of one file by any of several names. */
export type HeaderIndex = {
  /** The file's own spelling of the first of these names it has; null when it has none. */
  find: (...names: readonly string[]) => string | null;
  has: (name: string) => boolean;
};

export function indexHeader(file: SourceFile): HeaderIndex {
  const byName = new Map<string, string>();
  for (const name of file.header) {
    const key = normaliseHeader(name);
    if (!byName.has(key)) byName.set(key, name);
  }
  const find = (...names: readonly string[]): string | null => {
    for (const name of names) {
      const found = byName.get(name.toLowerCase());
      if (found !== undefined) return found;
    }
    return null;
  };
  return { find, has: (name) => find(name) !== null };
}
