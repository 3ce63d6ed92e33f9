import { describe, expect, test } from "vitest";

import { BENCHES } from "../../bench/benches.ts";
import { compareResults } from "../../bench/compare.ts";
import { figure, formatBar, verdictOf } from "../../bench/figure.ts";
import { readCharts, readFigures, readIngest } from "../../bench/readers.ts";
import { performancePage } from "../../bench/report.ts";
import { withVerdicts, type Result } from "../../bench/result.ts";
import { day } from "../../src/domain/period.ts";

const result = (rate: number, rivalRate: number): Result => ({
  name: "ingest",
  about: "rows in",
  command: "npm run bench -- ingest",
  date: day("2026-11-22"),
  commit: "abc1234",
  changed: false,
  machine: { cpu: "A chip", cores: 2, memoryGb: 16, node: "24.0.0" },
  seconds: 12,
  figures: withVerdicts([
    figure("rate", rate, "rows/s", {
      better: "higher",
      bar: 150_000,
      rival: { name: "DuckDB", value: rivalRate, bar: 0.8 },
    }),
    figure("peak memory", 480, "MB", { better: "lower", bar: 500 }),
    figure("size", 55, "MB", { better: "lower" }),
  ]),
});

describe("a figure", () => {
  test("is met only when it and its ratio to the rival reach the bar", () => {
    const of = (value: number, rival: number) =>
      verdictOf(
        figure("rate", value, "rows/s", { better: "higher", bar: 100, rival: { name: "r", value: rival, bar: 0.8 } }),
      );
    expect([of(100, 125), of(99, 100), of(100, 126)]).toEqual(["met", "missed", "missed"]);
    expect(verdictOf(figure("p95", 51, "ms", { better: "lower", bar: 50 }))).toBe("missed");
    expect(verdictOf(figure("p95", 51, "ms", { better: "lower" }))).toBe("no bar");
  });

  test("has a ratio above 1 when we are better, whichever way better is", () => {
    const faster = figure("time", 2, "s", { better: "lower", rival: { name: "r", value: 4 } });
    expect(faster.rival?.ratio).toBe(2);
    expect(formatBar(figure("p95", 1, "ms", { better: "lower", bar: 1500 }))).toBe("≤ 1,500 ms");
  });

  test("that was not measured is an error, not a met bar", () => {
    expect(() => figure("p95", Number.NaN, "ms", { better: "lower", bar: 1 })).toThrow("was not measured");
  });
});

describe("what benches print", () => {
  test("ingest: a line a case", () => {
    const line =
      "gz       1,000,008 rows  ours 6.20 s = 161,291 rows/s (bar 150,000)  DuckDB 5.10 s = 196,080 rows/s  ratio 0.82  " +
      "peak Node 120 + child 330 MB  stored 41667 of 1000008 source rows, database 55 MB";
    const [rate, memory, size] = readIngest(`made a file\n${line}\n`);
    expect(rate).toMatchObject({ value: 161_291, bar: 150_000, rival: { value: 196_080, bar: 0.8 } });
    expect(rate?.rival?.ratio).toBeCloseTo(0.823, 3);
    expect(memory).toMatchObject({ value: 450, bar: 500 });
    expect(size?.value).toBeCloseTo(55, 1);
    expect(() => readIngest("something else")).toThrow("no line that is understood");
  });

  test("charts and whatever prints figures", () => {
    expect(() => readCharts("{}")).toThrow("was not measured");
    const own = [figure("a", 1, "ms", { better: "lower" })];
    expect(readFigures(`on the way\n${JSON.stringify({ figures: own })}\n`)).toEqual(own);
    expect(() => readFigures("{}")).toThrow("no figures");
  });
});

describe("held against the last committed results", () => {
  test("a fifth worse is weather, more is a regression; what has a rival is judged by the ratio", () => {
    const slowMachine = compareResults(result(200_000, 200_000), result(100_000, 100_000));
    expect(slowMachine.map(({ regressed }) => regressed)).toEqual([false, false, false]);
    const slower = compareResults(result(200_000, 200_000), result(150_000, 200_000));
    expect(slower[0]).toMatchObject({ regressed: true, factor: 0.75 });
    const weather = compareResults(result(200_000, 200_000), result(161_000, 200_000));
    expect(weather[0]?.regressed).toBe(false);
  });
});

test("the page says plainly what was missed, and is made of results alone", () => {
  const page = performancePage([result(161_000, 300_000)]);
  expect(page).toContain("**1 of 2 bars met.**");
  expect(page).toContain(
    "- Missed: ingest, rate: 161,000 rows/s (0.54 × DuckDB: 300,000 rows/s), asked ≥ 150,000 rows/s and ≥ 0.8 × DuckDB.",
  );
  expect(performancePage([result(161_000, 300_000)])).toBe(page);
});

test("every bench has its own name, and none is called like a command of the runner", () => {
  const names = BENCHES.map(({ name }) => name);
  expect(new Set([...names, "all", "report", "compare", "list"]).size).toBe(names.length + 4);
});
