/** What jsonb refuses although it is JSON: NUL, and halves of surrogate pairs. */
const REFUSED = /\\u0000|\\ud[89a-f][0-9a-f]{2}/;

/** JSON text Postgres takes as jsonb, whatever text is in it: characters it refuses become a visible sign. */
export function jsonb(value: unknown): string {
  const text = JSON.stringify(value);
  if (!REFUSED.test(text)) return text;
  return JSON.stringify(value, (_key, inner: unknown) =>
    typeof inner === "string" ? inner.replaceAll("\0", "\uFFFD").toWellFormed() : inner,
  );
}
