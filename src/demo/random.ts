/** FNV-1a over UTF-16 units: a stable number for a text, the same on every machine. */
export function hash(text: string): number {
  let value = 0x811c9dc5;
  for (let index = 0; index < text.length; index += 1) {
    value ^= text.charCodeAt(index);
    value = Math.imul(value, 0x01000193);
  }
  // A last mix: neighbouring texts ("vm-1", "vm-2") must not give neighbouring numbers.
  value = Math.imul(value ^ (value >>> 16), 0x85ebca6b);
  value = Math.imul(value ^ (value >>> 13), 0xc2b2ae35);
  return (value ^ (value >>> 16)) >>> 0;
}

/** A fraction in [0, 1) that depends on the key alone: adding a resource changes no other. */
export function chance(key: string): number {
  return hash(key) / 4_294_967_296;
}

/** Lower-case hexadecimal digits that depend on the key alone. */
export function hex(key: string, length: number): string {
  let digits = "";
  for (let part = 0; digits.length < length; part += 1) digits += hash(`${key}#${part}`).toString(16).padStart(8, "0");
  return digits.slice(0, length);
}

/** A made-up GUID for a key. */
export function guid(key: string): string {
  const digits = hex(key, 32);
  return [8, 12, 16, 20, 32].map((end, index, ends) => digits.slice(ends[index - 1] ?? 0, end)).join("-");
}
