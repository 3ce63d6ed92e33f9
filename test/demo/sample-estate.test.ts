import { createHash } from "node:crypto";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gunzipSync } from "node:zlib";

import { afterAll, beforeAll, describe, expect, test } from "vitest";

import { sampleEstates, writeSampleEstate, type SampleEstate } from "../../src/demo/write-sample-estate.ts";
import { CHARGE_COLUMNS } from "../../src/domain/charge-column.ts";
import { atomsToDecimal, parseAtoms } from "../../src/domain/money.ts";
import { addDays, day, daysBetween } from "../../src/domain/period.ts";

type Row = Readonly<Record<string, string>>;
type FileRows = { readonly file: string; readonly header: readonly string[]; readonly rows: readonly Row[] };

const UNTIL = day("2026-11-22");
const INPUT = { until: UNTIL, days: 75, seed: 1 };
let directory: string;
let written: SampleEstate;
let files: FileRows[];
let rows: Row[];

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), "sample-estate-"));
  written = await writeSampleEstate({ ...INPUT, directory: join(directory, "a") });
  files = await Promise.all(written.files.map(readBill));
  rows = files.flatMap((file) => file.rows);
});
afterAll(() => rm(directory, { recursive: true, force: true }));

async function readBill(path: string): Promise<FileRows> {
  const [head = [], ...lines] = parseCsv(gunzipSync(await readFile(path)).toString("utf8"));
  const toRow = (cells: readonly string[]): Row =>
    Object.fromEntries(head.map((name, index) => [name, cells[index] ?? ""]));
  return { file: path, header: head, rows: lines.map(toRow) };
}

/** Enough CSV for files we wrote ourselves: quotes doubled, no line breaks inside. */
function parseCsv(text: string): string[][] {
  const cell = /("(?:[^"]|"")*"|[^,]*)(,|$)/g;
  return text
    .trimEnd()
    .split("\n")
    .map((line) => {
      const cells: string[] = [];
      for (const [, value = "", end] of line.matchAll(cell)) {
        cells.push(value.startsWith('"') ? value.slice(1, -1).replaceAll('""', '"') : value);
        if (end === "") break;
      }
      return cells;
    });
}

const sum = (of: readonly Row[], column: string): bigint =>
  of.reduce((total, row) => total + parseAtoms(row[column] || "0"), 0n);
const dayOf = (row: Row): string => (row["ChargePeriodStart"] ?? "").slice(0, 10);

describe("the files", () => {
  test("are named by provider and billing month, and hold what the answers say", () => {
    expect(written.answers.bills.map(({ file }) => file)).toEqual(
      ["aws", "azure", "gcp"].flatMap((cloud) =>
        ["2026-09", "2026-10", "2026-11"].map((month) => `${cloud}_${month}.csv.gz`),
      ),
    );
    for (const [index, bill] of written.answers.bills.entries()) {
      const of = files[index]?.rows ?? [];
      expect(of.length).toBe(bill.rows);
      expect(atomsToDecimal(sum(of, "BilledCost"))).toBe(bill.totals.billed);
      expect(atomsToDecimal(sum(of, "EffectiveCost"))).toBe(bill.totals.effective);
      expect(of.every((row) => row["BillingPeriodStart"] === `${bill.month}-01T00:00:00Z`)).toBe(true);
    }
  });

  test("carry FOCUS 1.2 columns, every one known, and x_ columns last", () => {
    const known = new Set(CHARGE_COLUMNS.map(({ focus }) => focus));
    const alsoFocus = ["ContractedUnitPrice", "ListUnitPrice", "ProviderName"];
    for (const { header } of files) {
      expect(header.filter((name) => !known.has(name) && !alsoFocus.includes(name))).toEqual([]);
      const firstOwn = header.findIndex((name) => name.startsWith("x_"));
      expect(header.slice(firstOwn === -1 ? header.length : firstOwn).every((name) => name.startsWith("x_"))).toBe(
        true,
      );
      expect(new Set(header).size).toBe(header.length);
    }
  });

  test("are the same bytes for the same seed, and others for another", async () => {
    const again = await writeSampleEstate({ ...INPUT, directory: join(directory, "b") });
    const other = await writeSampleEstate({ ...INPUT, seed: 2, directory: join(directory, "c") });
    const digests = async (of: SampleEstate): Promise<string[]> =>
      Promise.all(
        of.files.map(async (path) =>
          createHash("sha256")
            .update(await readFile(path))
            .digest("hex"),
        ),
      );
    expect(await digests(again)).toEqual(await digests(written));
    expect(await digests(other)).not.toEqual(await digests(written));
  });

  test("grow with the rows asked for, by the hour, with as many resources and sets of tags as a large company has", async () => {
    const big = await writeSampleEstate({ ...INPUT, days: 1, rowsPerDay: 12_000, directory: join(directory, "d") });
    const lines = (await Promise.all(big.files.map(readBill))).flatMap((file) => file.rows);
    expect(big.answers.from).toBe(addDays(UNTIL, -1));
    const hourly = lines.filter(
      (row) =>
        row["ChargePeriodStart"]?.slice(0, 13) !== `${dayOf(row)}T00` || row["ChargePeriodEnd"]?.endsWith("T01:00:00Z"),
    );
    expect(hourly.length).toBeGreaterThan(11_400);
    expect(hourly.length).toBeLessThan(12_000);
    const perMillion = (count: number): number => (count / hourly.length) * 1_000_000;
    expect(perMillion(new Set(hourly.map((row) => row["ResourceId"])).size)).toBeGreaterThan(40_000);
    expect(perMillion(new Set(hourly.map((row) => row["Tags"])).size)).toBeGreaterThan(2_000);
    const bill = big.answers.bills.find(({ provider }) => provider === "aws");
    expect(
      atomsToDecimal(
        sum(
          lines.filter((row) => row["ProviderName"] === "AWS"),
          "BilledCost",
        ),
      ),
    ).toBe(bill?.totals.billed);
  });
});

describe("every row keeps the rules of FOCUS", () => {
  test("costs are unit price times quantity, to the last decimal", () => {
    for (const row of rows.filter((each) => each["ListUnitPrice"] !== "" && each["PricingQuantity"] !== "")) {
      const quantity = parseAtoms(row["PricingQuantity"] ?? "");
      const product = (price: string): bigint => (parseAtoms(price) * quantity) / 10n ** 18n;
      expect(parseAtoms(row["ListCost"] ?? "")).toBe(product(row["ListUnitPrice"] ?? ""));
      expect(parseAtoms(row["ContractedCost"] ?? "")).toBe(product(row["ContractedUnitPrice"] ?? ""));
    }
  });

  test("what a commitment covers bills nothing; its purchase costs nothing effectively", () => {
    const committed = rows.filter((row) => row["CommitmentDiscountId"] !== "");
    for (const row of committed.filter((each) => each["ChargeCategory"] === "Usage")) {
      expect(["Used", "Unused"]).toContain(row["CommitmentDiscountStatus"]);
      expect(row["BilledCost"]).toBe("0");
      expect(row["PricingCategory"]).toBe("Committed");
    }
    for (const row of committed.filter((each) => each["ChargeCategory"] === "Purchase")) {
      expect(row["EffectiveCost"]).toBe("0");
      expect(row["CommitmentDiscountStatus"]).toBe("");
    }
    expect(new Set(committed.map((row) => row["CommitmentDiscountStatus"]))).toEqual(new Set(["", "Used", "Unused"]));
  });

  test("used and unused parts add up to what was bought, day by day and month by month", () => {
    const plan = rows.filter((row) => row["CommitmentDiscountType"] === "Compute Savings Plan");
    for (const at of new Set(plan.map(dayOf))) {
      const of = plan.filter((row) => dayOf(row) === at);
      expect(sum(of, "EffectiveCost")).toBe(sum(of, "BilledCost"));
    }
    const october = rows.filter(
      (row) => row["CommitmentDiscountType"] === "Reservation" && dayOf(row).startsWith("2026-10"),
    );
    expect(sum(october, "EffectiveCost")).toBe(sum(october, "BilledCost"));
  });

  test("other usage is effective at its contracted price, and never dearer than the list", () => {
    for (const row of rows.filter(
      (each) => each["ChargeCategory"] === "Usage" && each["CommitmentDiscountId"] === "",
    )) {
      expect(row["EffectiveCost"]).toBe(row["ContractedCost"]);
      expect(row["BilledCost"]).toBe(row["EffectiveCost"]);
    }
  });

  test("periods are days or months, corrections change a closed month", () => {
    for (const row of rows) {
      const length = daysBetween(day(dayOf(row)), day((row["ChargePeriodEnd"] ?? "").slice(0, 10)));
      const isDay = length === 1;
      expect(isDay || dayOf(row).endsWith("-01")).toBe(true);
      const inMonth = dayOf(row).slice(0, 7) === (row["BillingPeriodStart"] ?? "").slice(0, 7);
      expect(inMonth).toBe(row["ChargeClass"] !== "Correction");
    }
    expect(
      rows.filter((row) => row["ChargeClass"] === "Correction").map((row) => (row["BilledCost"] ?? "").startsWith("-")),
    ).toEqual([true, false]);
  });

  test("every kind of charge is there, tax and credits as FOCUS has them", () => {
    expect(new Set(rows.map((row) => row["ChargeCategory"]))).toEqual(new Set(["Usage", "Purchase", "Tax", "Credit"]));
    for (const row of rows.filter((each) => each["ChargeCategory"] === "Credit")) {
      expect(parseAtoms(row["BilledCost"] ?? "")).toBeLessThan(0n);
      expect(row["EffectiveCost"]).toBe(row["BilledCost"]);
    }
    const open = rows.filter((row) => (row["BillingPeriodStart"] ?? "").startsWith("2026-11"));
    expect(new Set(open.map((row) => row["InvoiceId"]))).toEqual(new Set([""]));
  });
});

describe("it looks like a company", () => {
  const usageOn = (at: string, cloud?: string): Row[] =>
    rows.filter(
      (row) =>
        row["ChargeCategory"] === "Usage" &&
        dayOf(row) === at &&
        (cloud === undefined || row["ProviderName"] === cloud),
    );

  test("a first start stays quick: 400 to 700 rows a day", () => {
    const count = usageOn("2026-11-18").length;
    expect(count).toBeGreaterThan(400);
    expect(count).toBeLessThan(700);
  });

  test("weekends are cheaper, the last day has hardly arrived", () => {
    const monday = sum(usageOn("2026-10-12"), "EffectiveCost");
    expect(sum(usageOn("2026-10-11"), "EffectiveCost")).toBeLessThan((monday * 9n) / 10n);
    expect(usageOn(written.answers.lateDay).length).toBeLessThan(usageOn("2026-11-20").length / 2);
  });

  test("the cost jump is where the answers say, and is what rose most", () => {
    const { resource, from } = written.answers.costJump;
    const jumped = rows.filter((row) => row["ResourceId"] === resource && row["SkuMeter"] === "Analysis (us)");
    const on = (at: string): bigint =>
      sum(
        jumped.filter((row) => dayOf(row) === at),
        "EffectiveCost",
      );
    expect(on(from)).toBeGreaterThan(2n * on(addDays(from, -7)));
  });

  test("most is tagged, in several hands' spellings, and some is not", () => {
    const usage = rows.filter(
      (row) => row["ChargeCategory"] === "Usage" && row["CommitmentDiscountStatus"] !== "Unused",
    );
    const keys = new Set(usage.flatMap((row) => Object.keys(JSON.parse(row["Tags"] || "{}") as object)));
    for (const key of ["team", "Team", "squad", "environment", "env", "Environment"]) expect(keys).toContain(key);
    const untagged = Number(
      (sum(
        usage.filter((row) => row["Tags"] === "{}"),
        "EffectiveCost",
      ) *
        1000n) /
        sum(usage, "EffectiveCost"),
    );
    expect(untagged).toBeGreaterThan(30);
    expect(untagged).toBeLessThan(300);
  });

  test("planted waste is billed to the last complete day", () => {
    const lastComplete = addDays(written.answers.lateDay, -1);
    const billed = new Set(usageOn(lastComplete).map((row) => row["ResourceId"]));
    expect(written.answers.planted.filter(({ resource }) => !billed.has(resource))).toEqual([]);
    expect(new Set(written.answers.planted.map(({ provider }) => provider))).toEqual(new Set(["aws", "azure", "gcp"]));
  });

  test("no id is used for two things", () => {
    const ids = sampleEstates().flatMap(({ resources }) => resources.map(({ id }) => id));
    expect(new Set(ids).size).toBe(ids.length);
  });
});
