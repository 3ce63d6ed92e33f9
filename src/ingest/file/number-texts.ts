/**
 * Numbers for byte runs, by a 96-bit hash of them: three lanes that each take in every word, multiply and rotate. Two
 * runs of equal hash get one number; with a seed nobody knows that happens by chance alone.
 */

/** Begins a hash. */
export function startLanes(lanes: Int32Array, seed: number): void {
  lanes[0] = seed;
  lanes[1] = seed ^ 0x3c6ef372;
  lanes[2] = seed ^ 0x510e527f;
}

/** Takes the bytes from `start` to `end` (exclusive) into the hash, and their number, so that borders count. */
export function hashRun(view: DataView, start: number, end: number, lanes: Int32Array): void {
  let a = lanes[0] as number;
  let b = lanes[1] as number;
  let c = lanes[2] as number;
  let at = start;
  for (; at + 4 <= end; at += 4) {
    const word = view.getInt32(at, true);
    a = Math.imul(((a << 13) | (a >>> 19)) ^ word, 0x85ebca6b);
    b = Math.imul((((b << 17) | (b >>> 15)) + word) | 0, 0x9e3779b1);
    c = (Math.imul(((c << 11) | (c >>> 21)) ^ word, 0x27d4eb2f) + word) | 0;
  }
  let word = 0;
  for (let shift = 0; at < end; at += 1, shift += 8) word |= view.getUint8(at) << shift;
  a = Math.imul(((a << 13) | (a >>> 19)) ^ word, 0x85ebca6b);
  b = Math.imul((((b << 17) | (b >>> 15)) + word) | 0, 0x9e3779b1);
  c = (Math.imul(((c << 11) | (c >>> 21)) ^ word, 0x27d4eb2f) + word) | 0;
  const length = end - start;
  lanes[0] = Math.imul(((a << 13) | (a >>> 19)) ^ length, 0x85ebca6b);
  lanes[1] = Math.imul((((b << 17) | (b >>> 15)) + length) | 0, 0x9e3779b1);
  lanes[2] = (Math.imul(((c << 11) | (c >>> 21)) ^ length, 0x27d4eb2f) + length) | 0;
}

export type Numbering = {
  /** The number of a hash, from 1; negative when it is new. */
  readonly find: (lanes: Int32Array) => number;
  readonly used: () => number;
  /** How many are new since the last call. */
  readonly takeNew: () => number;
  /** Numbers begin at 1 again. */
  readonly forget: () => void;
};

const FIRST_SLOTS = 1 << 12;
/** Int32 of a slot: three lanes and the number; number 0 = free. */
const WIDTH = 4;

export function numbering(): Numbering {
  let slots = FIRST_SLOTS;
  let table = new Int32Array(slots * WIDTH);
  let used = 0;
  let fresh = 0;
  /** The slot of a hash: its own, or a free one. */
  const slotOf = (into: Int32Array, mask: number, a: number, b: number, c: number): number => {
    let slot = (a ^ (a >>> 15) ^ Math.imul(b, 0x2c1b3c6d)) & mask;
    for (;;) {
      const at = slot * WIDTH;
      if (into[at + 3] === 0) return at;
      if (into[at] === a && into[at + 1] === b && into[at + 2] === c) return at;
      slot = (slot + 1) & mask;
    }
  };
  const grow = (): void => {
    const larger = new Int32Array(slots * 2 * WIDTH);
    for (let at = 0; at < table.length; at += WIDTH) {
      if (table[at + 3] === 0) continue;
      const to = slotOf(larger, slots * 2 - 1, table[at] as number, table[at + 1] as number, table[at + 2] as number);
      larger.set(table.subarray(at, at + WIDTH), to);
    }
    slots *= 2;
    table = larger;
  };
  return {
    find: (lanes) => {
      const [a, b, c] = [lanes[0] as number, lanes[1] as number, lanes[2] as number];
      const at = slotOf(table, slots - 1, a, b, c);
      const number = table[at + 3] as number;
      if (number !== 0) return number;
      used += 1;
      fresh += 1;
      table[at] = a;
      table[at + 1] = b;
      table[at + 2] = c;
      table[at + 3] = used;
      if (used * 2 > slots) grow();
      return -used;
    },
    used: () => used,
    takeNew: () => {
      const count = fresh;
      fresh = 0;
      return count;
    },
    forget: () => {
      table.fill(0);
      used = 0;
    },
  };
}
