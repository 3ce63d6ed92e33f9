import { afterEach, beforeEach, describe, expect, test } from "vitest";

import { addSource, listSources, promoteSource, removeSource } from "../../src/service/manage-sources.ts";
import { listBatches } from "../../src/service/list-batches.ts";
import { rollbackBatch } from "../../src/service/rollback-batch.ts";
import {
  focusCsv,
  openIngest,
  rollupGaps,
  shownTotal,
  statuses,
  type FocusRow,
  type IngestFixture,
} from "./support.ts";

const MARCH: FocusRow[] = [
  { cost: "10", day: "2026-03-01" },
  { cost: "20", day: "2026-03-02" },
  { cost: "30", day: "2026-03-03", subAccount: "acct-2" },
];

let fixture: IngestFixture;
beforeEach(async () => {
  fixture = await openIngest();
});
afterEach(async () => fixture.close());

describe("replacing a month", () => {
  test("a later snapshot replaces; the difference is said; rollback restores", async () => {
    await fixture.ingest([await fixture.write("a.csv", focusCsv(MARCH))]);
    const later = await fixture.ingest([
      await fixture.write("b.csv", focusCsv([...MARCH, { cost: "5", day: "2026-03-04" }])),
    ]);
    expect(statuses(later)).toEqual(["replaced"]);
    expect(later.batches[0]?.restatedBy).toEqual({ USD: { billed: "5", effective: "5" } });
    expect(await shownTotal(fixture.db)).toEqual({ USD: "65" });
    const restored = await rollbackBatch({ ctx: fixture.ctx, input: { batch: later.batches[0]?.id ?? "" } });
    expect(restored.restored).not.toBeNull();
    expect(await shownTotal(fixture.db)).toEqual({ USD: "60" });
  });

  test("rolling back the first load leaves nothing, and it can be loaded again", async () => {
    const path = await fixture.write("a.csv", focusCsv(MARCH));
    const first = await fixture.ingest([path]);
    await rollbackBatch({ ctx: fixture.ctx, input: { batch: first.batches[0]?.id ?? "" } });
    expect(await shownTotal(fixture.db)).toEqual({});
    expect(statuses(await fixture.ingest([path]))).toEqual(["stored"]);
  });

  test("a delivery that loses a day or a sub-account is held until --replace", async () => {
    await fixture.ingest([await fixture.write("a.csv", focusCsv(MARCH))]);
    const short = await fixture.write("b.csv", focusCsv(MARCH.slice(0, 2)));
    const held = await fixture.ingest([short]);
    expect(statuses(held)).toEqual(["held"]);
    expect(held.batches[0]?.reason).toContain("2026-03-03");
    expect(held.batches[0]?.reason).toContain("acct-2");
    expect(held.batches[0]?.reason).toMatch(/60 USD.*30 USD/);
    expect(await shownTotal(fixture.db)).toEqual({ USD: "60" });
    const again = await fixture.ingest([short]);
    expect(again.batches[0]).toMatchObject({ status: "held", id: held.batches[0]?.id });
    expect(statuses(await fixture.ingest([short], { replace: true }))).toEqual(["replaced"]);
    expect(await shownTotal(fixture.db)).toEqual({ USD: "30" });
  });

  test("a falling total over the same days is accepted and said", async () => {
    await fixture.ingest([await fixture.write("a.csv", focusCsv(MARCH))]);
    const lower = await fixture.ingest([
      await fixture.write("b.csv", focusCsv([...MARCH, { cost: "-7", day: "2026-03-01" }])),
    ]);
    expect(lower.batches[0]).toMatchObject({ status: "replaced" });
    expect(lower.batches[0]?.notices?.join()).toContain("fell by 7 USD");
  });

  test("a dry run says what would happen and stores nothing", async () => {
    const path = await fixture.write("a.csv", focusCsv(MARCH));
    const dry = await fixture.ingest([path], { dryRun: true });
    expect(dry.batches[0]).toMatchObject({ status: "stored", id: null, totals: { USD: { billed: "60" } } });
    expect((await listBatches({ ctx: fixture.ctx, input: {} })).batches).toEqual([]);
    expect((await listSources({ ctx: fixture.ctx, input: {} })).sources).toEqual([]);
  });
});

describe("several files of one month", () => {
  const first = focusCsv(MARCH.slice(0, 2));
  const second = focusCsv(MARCH.slice(2));

  test("names that differ in a chunk number are parts of one snapshot", async () => {
    const paths = [await fixture.write("bill-00001.csv", first), await fixture.write("bill-00002.csv", second)];
    const answer = await fixture.ingest(paths);
    expect(statuses(answer)).toEqual(["stored"]);
    expect(answer.batches[0]?.files).toHaveLength(2);
    expect(await shownTotal(fixture.db)).toEqual({ USD: "60" });
    expect(statuses(await fixture.ingest(paths))).toEqual(["unchanged"]);
  });

  test("a missing chunk is named", async () => {
    const answer = await fixture.ingest([
      await fixture.write("bill-00001.csv", first),
      await fixture.write("bill-00003.csv", second),
    ]);
    expect(statuses(answer)).toEqual(["refused"]);
    expect(answer.batches[0]?.reason).toContain("part 2 is missing");
  });

  test("names that differ in a date are copies of different days: refused, unless --parts", async () => {
    const paths = [await fixture.write("bill-20260301.csv", first), await fixture.write("bill-20260302.csv", second)];
    expect(statuses(await fixture.ingest(paths))).toEqual(["refused"]);
    expect(statuses(await fixture.ingest(paths, { parts: true }))).toEqual(["stored"]);
    expect(await shownTotal(fixture.db)).toEqual({ USD: "60" });
  });

  test("a manifest makes a set; a file it lists that is not there refuses the month", async () => {
    await fixture.write("one.csv", first);
    await fixture.write("other.csv", second);
    await fixture.write("export-Manifest.json", JSON.stringify({ reportKeys: ["x/one.csv", "x/other.csv"] }));
    expect(statuses(await fixture.ingest(["one.csv", "export-Manifest.json"]))).toEqual(["refused"]);
    expect(statuses(await fixture.ingest(["."]))).toEqual(["stored"]);
  });

  test("a file stored before and another of the same month in one call: that month is refused, nothing changes", async () => {
    const old = await fixture.write("old.csv", first);
    await fixture.ingest([old]);
    const answer = await fixture.ingest([old, await fixture.write("new.csv", second)]);
    expect(statuses(answer).sort()).toEqual(["refused", "unchanged"]);
    expect(await shownTotal(fixture.db)).toEqual({ USD: "30" });
  });

  test("the same content under two names is loaded once", async () => {
    const answer = await fixture.ingest([await fixture.write("x.csv", first), await fixture.write("copy.csv", first)]);
    expect(statuses(answer)).toEqual(["stored"]);
    expect(await shownTotal(fixture.db)).toEqual({ USD: "30" });
  });
});

test("one file with several months, accounts and providers becomes several deliveries", async () => {
  const rows: FocusRow[] = [
    { month: "2026-02" },
    { month: "2026-03" },
    { month: "2026-03", account: "999988887777" },
    { month: "2026-03", provider: "Microsoft", account: "b-1", currency: "EUR" },
  ];
  const answer = await fixture.ingest([await fixture.write("mixed.csv", focusCsv(rows))]);
  expect(
    answer.batches.map(
      (batch) => `${batch.provider} ${batch.billingAccount} ${batch.billingMonth ?? ""} ${batch.status}`,
    ),
  ).toEqual([
    "aws 111122223333 2026-02 stored",
    "aws 111122223333 2026-03 stored",
    "aws 999988887777 2026-03 stored",
    "azure b-1 2026-03 stored",
  ]);
  expect(await shownTotal(fixture.db)).toEqual({ USD: "4.5", EUR: "1.5" });
  expect(await rollupGaps(fixture.db)).toEqual([]);
});

test("a key that cannot be loaded does not stop the others, and unknown files are refused by name", async () => {
  const good = await fixture.write("good.csv", focusCsv(MARCH));
  const bad = await fixture.write("bad.csv", focusCsv(MARCH).replaceAll("BillingCurrency", "Money"));
  const answer = await fixture.ingest([good, bad]);
  expect(statuses(answer).sort()).toEqual(["refused", "stored"]);
  expect(answer.batches.find((batch) => batch.status === "refused")?.reason).toMatch(/FOCUS.*BillingCurrency/);
});

describe("sources", () => {
  test("the default is one source for each provider and billing account", async () => {
    await fixture.ingest([await fixture.write("a.csv", focusCsv(MARCH))]);
    const { sources } = await listSources({ ctx: fixture.ctx, input: {} });
    expect(sources).toMatchObject([{ name: "aws-111122223333", provider: "aws", billingAccount: "111122223333" }]);
  });

  test("a second source for the same account is refused; promote hands it over month by month", async () => {
    const { ctx } = fixture;
    await fixture.ingest([await fixture.write("a.csv", focusCsv([...MARCH, { month: "2026-02", cost: "1" }]))]);
    const path = await fixture.write("b.csv", focusCsv([{ cost: "70" }]));
    const refused = await fixture.ingest([path], { source: "exports" });
    expect(statuses(refused)).toEqual(["refused"]);
    expect(refused.batches[0]?.reason).toContain("source promote exports");
    const scope = { name: "exports", provider: "aws", billingAccount: "111122223333", subAccounts: null };
    await expect(addSource({ ctx, input: scope })).rejects.toThrow("counted twice");
    expect((await promoteSource({ ctx, input: scope })).removed).toEqual(["aws-111122223333"]);
    expect(statuses(await fixture.ingest([path]))).toEqual(["stored"]);
    expect(await shownTotal(fixture.db)).toEqual({ USD: "71" });
  });

  test("a source narrowed to sub-accounts takes nothing else", async () => {
    const { ctx } = fixture;
    await addSource({
      ctx,
      input: { name: "team", provider: "aws", billingAccount: "111122223333", subAccounts: ["acct-1"] },
    });
    const answer = await fixture.ingest([await fixture.write("a.csv", focusCsv(MARCH))], { source: "team" });
    expect(answer.batches[0]).toMatchObject({ status: "refused" });
    expect(answer.batches[0]?.reason).toContain("acct-2");
    expect(await removeSource({ ctx, input: { name: "team" } })).toMatchObject({ removed: true });
    expect(statuses(await fixture.ingest(["a.csv"], { source: "team" }))).toEqual(["refused"]);
  });
});

test("tag keys with few values are promoted, and older batches are rebuilt with them", async () => {
  await fixture.ingest([await fixture.write("a.csv", focusCsv([{ tags: '{"Cost-Center":"a"}' }]))]);
  await fixture.ingest([
    await fixture.write("b.csv", focusCsv([{ month: "2026-04", tags: '{"user:Owner":"ann","many":"x"}' }])),
  ]);
  const keys = await fixture.db.sql<{ key: string }[]>`select key from promoted_tag order by key`;
  expect(keys.map((row) => row.key)).toEqual(["cost-center", "many", "owner"]);
  const versions = await fixture.db.sql`select distinct cube_version from ingest_batch where status = 'stored'`;
  expect(versions).toHaveLength(1);
  const cubes = await fixture.db.sql<{ key1: string }[]>`
    select distinct key1 from cost_cube where cube = 'day:tag:owner' and key1 is not null`;
  expect(cubes.map((row) => row.key1)).toEqual(["ann"]);
  expect(await rollupGaps(fixture.db)).toEqual([]);
});
