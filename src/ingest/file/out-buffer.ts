/** Bytes on their way out: collected, handed on a megabyte at a time. */
export type OutBuffer = {
  /** Makes room; must come before what is written of one record. */
  readonly reserve: (bytes: number) => void;
  readonly byte: (value: number) => void;
  /** A number from 0, in decimal digits. */
  readonly number: (value: number) => void;
  readonly copy: (from: Uint8Array, start: number, end: number) => void;
  /** Hands on what is left and begins again. */
  readonly end: () => void;
  /** Bytes since the last `end`. */
  readonly total: () => number;
};

const FLUSH_BYTES = 1 << 20;
/** From here on a native copy is quicker than a loop. */
const NATIVE_COPY_BYTES = 96;

export function outBuffer(handOn: (bytes: Uint8Array) => void): OutBuffer {
  let buffer = new Uint8Array(1 << 12);
  let used = 0;
  let handed = 0;
  const flush = (): void => {
    if (used > 0) handOn(buffer.subarray(0, used));
    handed += used;
    used = 0;
  };
  return {
    reserve: (bytes) => {
      if (used + bytes <= buffer.length) return;
      if (used > 0 && buffer.length >= FLUSH_BYTES) flush();
      if (used + bytes <= buffer.length) return;
      const larger = new Uint8Array(Math.max(buffer.length * 2, used + bytes));
      larger.set(buffer.subarray(0, used));
      buffer = larger;
    },
    byte: (value) => {
      buffer[used] = value;
      used += 1;
    },
    number: (value) => {
      let power = 1;
      while (power * 10 <= value) power *= 10;
      let rest = value;
      while (power >= 1) {
        const digit = (rest / power) | 0;
        buffer[used] = 0x30 + digit;
        used += 1;
        rest -= digit * power;
        power = (power / 10) | 0;
      }
    },
    copy: (from, start, end) => {
      if (end - start > NATIVE_COPY_BYTES) {
        buffer.set(from.subarray(start, end), used);
        used += end - start;
        return;
      }
      const target = buffer;
      let at = used;
      for (let index = start; index < end; index += 1) {
        target[at] = from[index] as number;
        at += 1;
      }
      used = at;
    },
    end: () => {
      flush();
      handed = 0;
    },
    total: () => handed + used,
  };
}
