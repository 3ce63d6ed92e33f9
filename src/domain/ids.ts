import { createHash } from "node:crypto";

declare const brand: unique symbol;
/** A `T` that only its own constructor may make. */
export type Branded<T, B extends string> = T & { readonly [brand]: B };

/**
 * A stable short id from the natural key of a thing: the same parts give the same id on every machine.
 * `prefix_` and 12 characters of base 32 (60 bits) of SHA-256.
 */
export function stableId(prefix: string, ...parts: string[]): string {
  const digest = createHash("sha256").update(JSON.stringify(parts)).digest();
  const alphabet = "0123456789abcdefghjkmnpqrstvwxyz";
  let text = "";
  for (let index = 0; index < 12; index += 1) text += alphabet[(digest[index] ?? 0) % 32];
  return `${prefix}_${text}`;
}
