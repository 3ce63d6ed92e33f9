import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

import fc from "fast-check";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";

import { openDuck, type Duck, type DuckRow } from "../../src/ingest/duck/duck-process.ts";
import { quoteText } from "../../src/ingest/formats/sql-text.ts";
import { collapseSql, createChargeSql, FACTS, pickSql } from "../../src/ingest/sql/charge-sql.ts";
import { dictionarySql, keysSql } from "../../src/ingest/sql/dictionary-sql.ts";
import { ATTRIBUTES, createStageSql, MEASURES, RESOURCE_FIELDS } from "../../src/ingest/sql/stage-tables.ts";
import { openFile, stageFile } from "../../src/ingest/stage-file.ts";
import { azure, cur, focus, gcp, oci } from "./bill-rows.ts";
import { openMapper, toCsv, type Mapper, type Row } from "./map-file.ts";

/**
 * The scan works out each value once for as many rows as share what it is made of. Whatever it spares, its charges are
 * those of the mapping read row by row, added up by day.
 */
let duck: Duck;
let mapper: Mapper;
let folder: string;
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "finops-scan-"));
  duck = await openDuck({ memoryMb: 320, spillDirectory: folder });
  mapper = await openMapper();
});
afterAll(async () => {
  mapper.close();
  await duck.close();
  rmSync(folder, { recursive: true, force: true });
});
beforeEach(emptyStage);

async function emptyStage(): Promise<void> {
  const tables = await duck.run("select table_name from duckdb_tables()");
  await duck.run(...tables.map((row) => `drop table "${String(row["table_name"])}"`), "select 1");
  await duck.run(...createStageSql());
}

type Staged = { charges: Map<string, string>; keys: readonly DuckRow[]; rejects: number };

async function stage(path: string): Promise<Staged> {
  await emptyStage();
  const opened = await openFile(duck, path);
  const stageState = { decimals: 12 as const, looseRows: 0 };
  const { rejects } = await stageFile(duck, {
    ...opened,
    fileNo: 1,
    spillDirectory: folder,
    separatorInText: false,
    stage: stageState,
    onRead: () => undefined,
  });
  await duck.run(...dictionarySql(0));
  const keys = await duck.run(keysSql());
  const picked = keys.map((row) => ({ fileNo: 1, keyHash: String(row["key_h"]) }));
  const all = { from: "1900-01-01", to: "2999-01-01" };
  await duck.run(...createChargeSql(18), pickSql(picked), ...collapseSql(FACTS, all));
  const rows = await duck.run(`select a.* exclude (attr_h, id, digest), r.* exclude (resource_h, id, digest, provider),
    charge_day::varchar as day, charge_end::varchar as day_end, source_rows, ${MEASURES.map((name) => `${name}::varchar as ${name}`).join(", ")}
    from charge join (select distinct on (id) * from attribute_set) as a on a.id = attribute_set_id
    left join (select distinct on (id) * from billed_resource where id is not null) as r on r.id = resource_ref`);
  return { charges: addUp(rows, (row) => Number(row.source_rows)), keys, rejects: rejects.length };
}

const FIELDS = [...ATTRIBUTES, ...RESOURCE_FIELDS.filter((field) => field !== "provider"), "day", "day_end"];

/** Sums of every amount by everything that describes it, in 10⁻¹⁸. */
function addUp(rows: readonly Row[], count: (row: Row) => number): Map<string, string> {
  const sums = new Map<string, bigint[]>();
  for (const row of rows) {
    const key = JSON.stringify(FIELDS.map((field) => clean(row[field])));
    const sum = sums.get(key) ?? [];
    const add = (index: number, atoms: bigint): void => void (sum[index] = (sum[index] ?? 0n) + atoms);
    MEASURES.forEach((name, index) => add(index, bounded(name, atomsOf(row[name]))));
    add(MEASURES.length, BigInt(count(row)));
    sums.set(key, sum);
  }
  return new Map([...sums].sort(([a], [b]) => (a < b ? -1 : 1)).map(([key, sum]) => [key, sum.join(" ")]));
}

const QUANTITY_MAX = 10n ** 35n;

/** Quantities from 10¹⁷ on are left out. */
function bounded(name: string, atoms: bigint): bigint {
  const size = atoms < 0n ? -atoms : atoms;
  return name.includes("cost") || size < QUANTITY_MAX ? atoms : 0n;
}

function clean(value: Row[string] | undefined): string | null {
  const text = value === null || value === undefined ? "" : String(value).trim();
  return ["", "NULL", "null"].includes(text) ? null : text;
}

function atomsOf(value: Row[string] | undefined): bigint {
  if (value === null || value === undefined) return 0n;
  const [whole = "0", decimals = ""] = String(value).split(".");
  return BigInt(`${whole}${decimals.padEnd(18, "0")}`);
}

/** Days as the store has them: the day a charge begins, and the day after it ends. */
function withDays(row: Row): Row {
  const start = String(row.charge_period_start).slice(0, 10);
  const lastInstant = Date.parse(`${String(row.charge_period_end).replace(" ", "T")}Z`) - 1;
  const after = (millis: number): string => new Date(millis + 86_400_000).toISOString().slice(0, 10);
  const ends = [after(Date.parse(start)), after(Math.floor(lastInstant / 86_400_000) * 86_400_000)].sort();
  return { ...row, day: start, day_end: ends[1] ?? start };
}

const TOO_LARGE = 10n ** 33n;
function isAccepted(row: Row): boolean {
  const costs = ["billed_cost", "effective_cost", "list_cost", "contracted_cost"].map((name) => atomsOf(row[name]));
  const fits = costs.every((atoms) => atoms <= TOO_LARGE && atoms >= -TOO_LARGE);
  return row.problem_column === null && row.dropped_reason === null && fits;
}

function expected(rows: readonly Row[], extra: readonly Row[]): Map<string, string> {
  const lines = rows.filter(isAccepted).map((row): Row => ({ ...withDays(row), n: 1 }));
  const more = extra.filter(isAccepted).map((row): Row => ({ ...withDays(row), n: 0 }));
  return addUp([...lines, ...more], (row) => Number(row.n));
}

const FORMATS = [
  ["FOCUS", "bill.csv", focus],
  ["CUR", "bill.csv", cur],
  ["Azure actual", "actual.csv", azure],
  ["Azure amortized", "amortized.csv", azure],
  ["Oracle", "bill.csv", oci],
  ["Google", "bill.csv", gcp],
] as const;

describe("charges of a scan = the mapping of every row, added up", () => {
  test.each(FORMATS)(
    "%s as CSV and as Parquet of texts",
    async (_, name, arbitrary) => {
      const bills = fc.array<Record<string, string>>(arbitrary, { minLength: 1, maxLength: 60, size: "max" });
      await fc.assert(
        fc.asyncProperty(bills, async (bill) => {
          const csv = toCsv(bill);
          const { rows, extra } = await mapper.csv(csv, { name });
          const wanted = expected(rows, extra);
          const path = join(folder, name);
          writeFileSync(path, csv);
          const staged = await stage(path);
          expect(staged.charges).toEqual(wanted);
          const refused = rows.filter(
            (row) => row.problem_column !== null || (row.dropped_reason === null && !isAccepted(row)),
          );
          expect(staged.rejects).toBe(refused.length);
          const parquet = join(folder, name.replace(".csv", ".parquet"));
          const read = `read_csv(${quoteText(path)}, header = true, all_varchar = true, nullstr = ['NULL', 'null', ''])`;
          await duck.run(`copy (select * from ${read}) to ${quoteText(parquet)} (format parquet, row_group_size 2048)`);
          expect((await stage(parquet)).charges).toEqual(wanted);
        }),
        { numRuns: 2, endOnFailure: true },
      );
    },
    240_000,
  );

  test("amounts that are plain, and missing ones, until one is not", async () => {
    const plain = fc.constantFrom("", "0", "-0.000000000001", "999999.999999999999", "-999999.5", "12", ".25");
    const amounts = fc.record({ BilledCost: plain, EffectiveCost: plain, ListCost: plain, ConsumedQuantity: plain });
    const bills = fc.array(fc.tuple(focus, amounts), { minLength: 50, maxLength: 60, size: "max" });
    await fc.assert(
      fc.asyncProperty(bills, fc.constantFrom("1.5", "1e-7", "$1,000.50"), async (rows, last) => {
        const bill = rows.map(([row, given]) => ({ ContractedCost: "1", PricingQuantity: "", ...row, ...given }));
        const csv = toCsv([...bill, ...bill.slice(0, 1).map((row) => ({ ...row, BilledCost: last }))]);
        const { rows: mapped, extra } = await mapper.csv(csv, { name: "bill.csv" });
        const path = join(folder, "bill.csv");
        writeFileSync(path, csv);
        expect((await stage(path)).charges).toEqual(expected(mapped, extra));
      }),
      { numRuns: 2, endOnFailure: true },
    );
  }, 240_000);

  test("doubles, decimals and timestamps of Parquet", async () => {
    const bills = fc.array<Record<string, string>>(focus, { minLength: 50, maxLength: 60, size: "max" });
    await fc.assert(
      fc.asyncProperty(
        bills,
        fc.constantFrom("double", "decimal(18,4)", "decimal(38,18)", "float"),
        async (bill, type) => {
          const path = join(folder, "typed.csv");
          writeFileSync(path, toCsv(bill));
          const casts = ["BilledCost", "EffectiveCost", "ListCost", "ConsumedQuantity"].map(
            (column) => `try_cast("${column}" as ${type}) as "${column}"`,
          );
          const times = ["ChargePeriodStart", "ChargePeriodEnd"].map(
            (column) => `try_cast("${column}" as timestamp) as "${column}"`,
          );
          const query = `select * replace (${[...casts, ...times].join(", ")}) from read_csv(${quoteText(path)}, header = true, all_varchar = true, nullstr = ['NULL', 'null', ''])`;
          const { rows, extra, file } = await mapper.parquet(query);
          expect((await stage(file.path)).charges).toEqual(expected(rows, extra));
        },
      ),
      { numRuns: 4, endOnFailure: true },
    );
  }, 240_000);
});
