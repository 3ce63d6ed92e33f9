/** What the amounts of one column look like in one piece: enough to read them without looking at each again. */
export type AmountShape = {
  /** Every value is digits with at most one point and at most a minus before them, or empty. */
  readonly plain: boolean;
  readonly integerDigits: number;
  readonly decimals: number;
};

/** What was seen of each column so far. */
export type AmountShapes = { readonly odd: Uint8Array; readonly integer: Int32Array; readonly decimals: Int32Array };

const MINUS = 0x2d;
const POINT = 0x2e;
const DIGIT_ZERO = 0x30;
const DIGIT_NINE = 0x39;

export function amountShapes(columns: number): AmountShapes {
  return { odd: new Uint8Array(columns), integer: new Int32Array(columns), decimals: new Int32Array(columns) };
}

export function noteShape(bytes: Uint8Array, start: number, end: number, shapes: AmountShapes, column: number): void {
  let point = -1;
  for (let at = start; at < end; at += 1) {
    const byte = bytes[at] as number;
    if (byte >= DIGIT_ZERO && byte <= DIGIT_NINE) continue;
    if (byte === POINT && point === -1) point = at;
    else if (byte !== MINUS || at !== start) shapes.odd[column] = 1;
  }
  const integer = (point === -1 ? end : point) - start;
  const decimals = point === -1 ? 0 : end - point - 1;
  if (integer > (shapes.integer[column] as number)) shapes.integer[column] = integer;
  if (decimals > (shapes.decimals[column] as number)) shapes.decimals[column] = decimals;
}

/** The shapes of these columns; what is seen from here on is another piece. */
export function takeShapes(shapes: AmountShapes, columns: Int32Array): AmountShape[] {
  const taken = [...columns].map((column) => ({
    plain: shapes.odd[column] === 0,
    integerDigits: shapes.integer[column] ?? 0,
    decimals: shapes.decimals[column] ?? 0,
  }));
  for (const each of [shapes.odd, shapes.integer, shapes.decimals]) each.fill(0);
  return taken;
}
