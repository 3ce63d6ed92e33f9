import { join } from "node:path";

import { DuckDBInstance } from "@duckdb/node-api";
import fc from "fast-check";
import { afterAll, beforeAll, expect, test } from "vitest";

import { normaliseTagKey } from "../../src/domain/dimension.ts";
import { money, toDecimal } from "../../src/domain/money.ts";
import { normaliseTagKeySql } from "../../src/ingest/sql/dictionary-sql.ts";
import { focusCsv, openIngest, rollupGaps, statuses, type FocusRow, type IngestFixture } from "./support.ts";

let fixture: IngestFixture;
beforeAll(async () => {
  fixture = await openIngest();
});
afterAll(async () => fixture.close());

/** Charges of one billing account as stored, order-free. */
async function charges(account: string): Promise<unknown[]> {
  const rows = await fixture.db.sql`
    select c.charge_day, a.service_name, a.sub_account_id, r.resource_id, t.normalised, c.source_rows,
      trim_scale(c.billed_cost)::text as billed, trim_scale(c.effective_cost)::text as effective
    from active_batch v join charge c on c.batch_id = v.batch_id join attribute_set a on a.id = c.attribute_set_id
      left join billed_resource r on r.id = c.resource_ref left join tag_set t on t.id = c.tag_set_id
    where v.billing_account = ${account} order by 1, 2, 3, 4, 5::text, 7`;
  return [...rows];
}

test("14 and 18 decimals, E notation and tiny amounts keep every digit; finer ones are counted", async () => {
  const costs = [
    "0.12345678901234",
    "0.123456789012345678",
    "1.5E-10",
    "-0.000000000000000001",
    "99999999999999.123456789012345678",
  ];
  const answer = await fixture.ingest([
    await fixture.write("fine.csv", focusCsv(costs.map((cost) => ({ cost, account: "fine" })))),
  ]);
  const sum = costs.reduce((total, cost) => total + money(cost, "USD").atoms, 0n);
  expect(answer.batches[0]?.totals["USD"]?.billed).toBe(toDecimal({ atoms: sum, currency: "USD" }));
  const finer = await fixture.ingest([
    await fixture.write("finer.csv", focusCsv([{ cost: "0.1234567890123456789", account: "finer" }])),
  ]);
  expect(finer.batches[0]?.notices?.join()).toContain("finer than 18 decimals");
});

test("Parquet with double columns equals its CSV, and rows that cannot be read are located", async () => {
  const rows = Array.from({ length: 400 }, (_, index): FocusRow => ({
    cost: (index * 0.1 + index / 7).toString(),
    day: `2026-03-${String((index % 28) + 1).padStart(2, "0")}`,
    resource: `i-${index % 37}`,
    account: "csv",
  }));
  const csvPath = await fixture.write("doubles.csv", focusCsv(rows));
  const parquet = join(fixture.folder, "doubles.parquet");
  const doubles = ["BilledCost", "EffectiveCost", "ListCost", "ContractedCost"].map(
    (name) => `"${name}"::double as "${name}"`,
  );
  const instance = await DuckDBInstance.create(":memory:");
  const duck = await instance.connect();
  await duck.run(`copy (select * replace (${doubles.join(", ")}, 'parquet' as "BillingAccountId", "ChargePeriodStart"::timestamp as "ChargePeriodStart",
    "ChargePeriodEnd"::timestamp as "ChargePeriodEnd") from read_csv('${csvPath}', all_varchar = true)) to '${parquet}' (format parquet)`);
  duck.closeSync();
  instance.closeSync();
  const answer = await fixture.ingest([csvPath, parquet]);
  expect(statuses(answer)).toEqual(["stored", "stored"]);
  expect(await charges("parquet")).toEqual(await charges("csv"));
  expect((await charges("csv")).length).toBeGreaterThan(100);
});

test("hours collapse to days, and compute hours are kept for commitments", async () => {
  const hour = (n: number): string => `2026-03-05T${String(n).padStart(2, "0")}:00:00Z`;
  const lines = focusCsv(Array.from({ length: 24 }, () => ({ cost: "0.25", account: "hours" }))).split("\n");
  const header = `${lines[0] ?? ""},ConsumedQuantity`;
  const body = Array.from(
    { length: 24 },
    (_, n) =>
      `${(lines[n + 1] ?? "").replace("2026-03-01T00:00:00Z,2026-03-01T01:00:00Z", `${hour(n)},${n === 23 ? "2026-03-06T00:00:00Z" : hour(n + 1)}`)},${n === 3 ? "0.5" : "1"}`,
  );
  // The billing period starts on the same instant as the charge period of the helper's first day.
  const answer = await fixture.ingest([await fixture.write("hours.csv", [header, ...body].join("\n"))]);
  expect(answer.batches[0]).toMatchObject({
    status: "stored",
    rowsRead: 24,
    rowsStored: 1,
    totals: { USD: { billed: "6" } },
  });
  const hours = await fixture.db
    .sql`select quantity::text[] as quantity from usage_hour where batch_id = ${answer.batches[0]?.id ?? ""}`;
  expect(hours[0]?.["quantity"]).toEqual(Array.from({ length: 24 }, (_, n) => (n === 3 ? "0.5" : "1")));
});

const rowOf = fc.record({
  cost: fc.integer({ min: -1_000_000, max: 1_000_000 }).map((n) => (n / 1000).toString()),
  day: fc.integer({ min: 1, max: 28 }).map((n) => `2026-05-${String(n).padStart(2, "0")}`),
  service: fc.constantFrom("S3", "EC2", 'Größe, "quoted"', "=1+1"),
  subAccount: fc.constantFrom("a", "b", ""),
  resource: fc.constantFrom("i-1", "i-2", ""),
  tags: fc.constantFrom("", "{}", '{"team":"x"}', '{" Team ":"x","env":""}', '{"user:team":"y","n":1}'),
});

test("the order of rows never matters, a second load changes nothing, parts sum to the whole", async () => {
  let run = 0;
  await fc.assert(
    fc.asyncProperty(fc.array(rowOf, { minLength: 1, maxLength: 40 }), async (rows) => {
      run += 1;
      const [a, b, c] = [`run-${run}-a`, `run-${run}-b`, `run-${run}-c`];
      const withAccount = (account: string): FocusRow[] => rows.map((row) => ({ ...row, month: "2026-05", account }));
      const whole = await fixture.write(`${a}.csv`, focusCsv(withAccount(a)));
      const reversed = await fixture.write(`${b}.csv`, focusCsv(withAccount(b).reverse()));
      const half = Math.ceil(rows.length / 2);
      const parts = [
        await fixture.write(`${c}-1.csv`, focusCsv(withAccount(c).slice(0, half))),
        ...(half < rows.length ? [await fixture.write(`${c}-2.csv`, focusCsv(withAccount(c).slice(half)))] : []),
      ];
      const answer = await fixture.ingest([whole, reversed, ...parts], { parts: true });
      expect(new Set(statuses(answer))).toEqual(new Set(["stored"]));
      const stored = await charges(a);
      expect(await charges(b)).toEqual(stored);
      expect(await charges(c)).toEqual(stored);
      expect(new Set(statuses(await fixture.ingest([whole, reversed, ...parts], { parts: true })))).toEqual(
        new Set(["unchanged"]),
      );
      expect(await charges(a)).toEqual(stored);
    }),
    { numRuns: 6, seed: 20_260_301 },
  );
  expect(await rollupGaps(fixture.db)).toEqual([]);
}, 120_000);

test("tag keys are normalised in SQL as in the domain", async () => {
  const instance = await DuckDBInstance.create(":memory:");
  const duck = await instance.connect();
  const keys = [
    "Team",
    " team ",
    "user:Team",
    "user_team",
    "USER:x",
    "user:user:x",
    "Kosten-Stelle",
    "aws:createdBy",
    "\tTab",
    "ÄÖÜ",
  ];
  for (const key of keys) {
    const reader = await duck.runAndReadAll(`select ${normaliseTagKeySql(`'${key}'`)} as key`);
    expect(reader.getRowObjectsJson()[0]?.["key"]).toBe(normaliseTagKey(key));
  }
  duck.closeSync();
});
