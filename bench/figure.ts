/** One measured number, the bar it is held to, and the rival measured beside it in the same run. */
export type Figure = {
  readonly name: string;
  readonly value: number;
  readonly unit: string;
  readonly better: "higher" | "lower";
  /** What the issue asks for; null = reported only. */
  readonly bar: number | null;
  readonly rival: Rival | null;
};

/** Somebody else's tool on the same input. */
export type Rival = {
  readonly name: string;
  readonly value: number;
  /** How many times as good as the rival: 1 = as good, 2 = twice as fast. */
  readonly ratio: number;
  /** Least ratio asked for; null = reported only. */
  readonly bar: number | null;
};

export type Verdict = "met" | "missed" | "no bar";

/** A bench prints `{ "figures": [...] }` as JSON on its last line; this makes one of them. */
export function figure(
  name: string,
  value: number,
  unit: string,
  of: {
    better: Figure["better"];
    bar?: number | null;
    rival?: { name: string; value: number; bar?: number | null } | null;
  },
): Figure {
  const { better, bar = null, rival = null } = of;
  if (!Number.isFinite(value)) throw new Error(`${name} was not measured`);
  if (rival === null) return { name, value, unit, better, bar, rival };
  const ratio = better === "higher" ? value / rival.value : rival.value / value;
  return {
    name,
    value,
    unit,
    better,
    bar,
    rival: { name: rival.name, value: rival.value, ratio, bar: rival.bar ?? null },
  };
}

/** Missed when either the figure or its ratio to the rival is below the bar. */
export function verdictOf({ value, better, bar, rival }: Figure): Verdict {
  const own = bar === null ? null : better === "higher" ? value >= bar : value <= bar;
  const beside = rival === null || rival.bar === null ? null : rival.ratio >= rival.bar;
  if (own === false || beside === false) return "missed";
  return own === null && beside === null ? "no bar" : "met";
}

/** "161,290 rows/s"; three digits where there are few. */
export function formatFigure(value: number, unit: string): string {
  const digits = Math.abs(value) >= 100 || Number.isInteger(value) ? 0 : Math.abs(value) >= 10 ? 1 : 2;
  const text = value.toLocaleString("en-US", { minimumFractionDigits: digits, maximumFractionDigits: digits });
  return unit === "" ? text : `${text} ${unit}`;
}

/** "≥ 150,000 rows/s and ≥ 0.8 × DuckDB"; "–" without a bar. */
export function formatBar({ better, bar, unit, rival }: Figure): string {
  const own = bar === null ? [] : [`${better === "higher" ? "≥" : "≤"} ${formatFigure(bar, unit)}`];
  const beside = rival === null || rival.bar === null ? [] : [`≥ ${rival.bar} × ${rival.name}`];
  return [...own, ...beside].join(" and ") || "–";
}
