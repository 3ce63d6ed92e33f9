import { figure, type Figure } from "./figure.ts";

/** What a bench printed → its figures. Throws when it printed something else: a bench that changed is noticed. */
export type Reader = (output: string) => Figure[];

/** `{ "figures": [...] }` on the last line: what new benches print. */
export const readFigures: Reader = (output) => {
  const last = output.trimEnd().split("\n").at(-1) ?? "";
  const { figures } = JSON.parse(last) as { figures?: Figure[] };
  if (figures === undefined || figures.length === 0) throw new Error("the bench printed no figures");
  return figures;
};

/** Issue 2: a cold picture with its question ≤ 1.5 s, a cached one ≤ 200 ms more than the text. */
const COLD_MS_MAX = 1_500;
const CACHED_MS_MAX = 200;
const CHART_FIGURES = {
  firstOfProcessMs: ["first picture of a process", COLD_MS_MAX],
  overTimeColdP50Ms: ["cost over time, cold, p50", null],
  overTimeColdP95Ms: ["cost over time, cold, p95", COLD_MS_MAX],
  overTimeCachedP95Ms: ["cost over time, cached, p95", CACHED_MS_MAX],
  breakdownColdP50Ms: ["breakdown, cold, p50", null],
  breakdownColdP95Ms: ["breakdown, cold, p95", COLD_MS_MAX],
  breakdownCachedP95Ms: ["breakdown, cached, p95", CACHED_MS_MAX],
} as const;

/** `bench/charts.ts --json` */
export const readCharts: Reader = (output) => {
  const measured = JSON.parse(output) as Record<string, number>;
  return Object.entries(CHART_FIGURES).map(([key, [name, bar]]) =>
    figure(name, measured[key] ?? Number.NaN, "ms", { better: "lower", bar }),
  );
};

/** Issue 2: CSV.gz also ≥ 0.8 of DuckDB's own load; Node and child together ≤ 500 MB. */
const GZ_RATIO_MIN = 0.8;
const PEAK_MB_MAX = 500;
/** Issue 2: flat from 1 M to 10 M rows. */
const PEAK_GROWTH_MAX = 1.1;
const CASE_NAMES: Readonly<Record<string, string>> = {
  gz: "hourly CSV.gz",
  parquet: "hourly Parquet",
  flat: "rows that do not collapse",
};
const LINE =
  /^(\w+) +([\d,]+) rows +ours ([\d.]+) s = ([\d,]+) rows\/s \(bar ([\d,]+)\) +DuckDB ([\d.]+) s = ([\d,]+) rows\/s +ratio ([\d.]+) +peak Node (\d+) \+ child (\d+) MB +stored .*database ([\d.]+) (kB|MB|GB)/;
const MB: Readonly<Record<string, number>> = { kB: 1 / 1024, MB: 1, GB: 1024 };

/** `bench/ingest.ts`: a line a case; of a case with few and with many rows how its memory grows. */
export const readIngest: Reader = (output) => {
  const peaks = new Map<string, number>();
  const figures = output.split("\n").flatMap((line) => {
    const found = LINE.exec(line);
    if (found === null) return [];
    const [, id = "", rows, , rate, bar, , rivalRate, , node, child, size, unit = "MB"] = found;
    const name = `${CASE_NAMES[id] ?? id}, ${rows} rows`;
    const number = (text = ""): number => Number(text.replaceAll(",", ""));
    const rival = {
      name: "DuckDB create table as select",
      value: number(rivalRate),
      bar: id === "gz" ? GZ_RATIO_MIN : null,
    };
    const millions = number(rows) / 1_000_000;
    const peak = number(node) + number(child);
    const before = peaks.get(id);
    peaks.set(id, before ?? peak);
    return [
      figure(name, number(rate), "rows/s", { better: "higher", bar: number(bar), rival }),
      figure(`${name}: peak memory, Node and child`, peak, "MB", { better: "lower", bar: PEAK_MB_MAX }),
      ...(before === undefined
        ? []
        : [
            figure(`${name}: peak memory, times that of the least rows`, peak / before, "", {
              better: "lower",
              bar: PEAK_GROWTH_MAX,
            }),
          ]),
      figure(`${name}: database a million source rows`, (number(size) * (MB[unit] ?? 1)) / millions, "MB", {
        better: "lower",
      }),
    ];
  });
  if (figures.length === 0) throw new Error("the bench printed no line that is understood");
  return figures;
};
