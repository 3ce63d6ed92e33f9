/** What stands where a secret was. */
export const REDACTED = "[redacted]";

/** Shorter values would blacken ordinary words; they are covered by key and by URL instead. */
const SECRET_LENGTH_MIN = 6;
/** The password of a URL. Greedy up to the last @ before a slash, so that a password with an @ goes whole. */
const URL_PASSWORD = /([a-z][a-z0-9+.-]*:\/\/[^\s:/@"'\\]*):[^\s/"'\\]+@/gi;

/** A URL (or any text with URLs in it) without passwords. */
export function redactUrls(text: string): string {
  return text.replace(URL_PASSWORD, `$1:${REDACTED}@`);
}

/**
 * A function that removes the given secret values, in plain, JSON-escaped and URL-encoded form,
 * and passwords in URLs, from any text.
 */
export function createRedactor(secrets: readonly string[]): (text: string) => string {
  const forms = secrets
    .filter((secret) => secret.length >= SECRET_LENGTH_MIN)
    .flatMap((secret) => [secret, JSON.stringify(secret).slice(1, -1), encodeURIComponent(secret)]);
  // Longest first: a secret that contains another must not leave its rest behind.
  const ordered = [...new Set(forms)].sort((a, b) => b.length - a.length);
  return (text) => ordered.reduce((line, form) => line.replaceAll(form, REDACTED), redactUrls(text));
}
