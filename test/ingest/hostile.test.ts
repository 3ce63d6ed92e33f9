import { gzipSync } from "node:zlib";

import { afterAll, beforeAll, describe, expect, test } from "vitest";

import { listRejects } from "../../src/service/list-rejects.ts";
import type { IngestBatchAnswer } from "../../src/domain/contract.ts";
import {
  FOCUS_HEADER,
  focusCsv,
  focusLine,
  openIngest,
  rollupGaps,
  shownTotal,
  type IngestFixture,
} from "./support.ts";

/** Each case has its own billing account, so that one database serves them all. */
let fixture: IngestFixture;
let account = 0;
beforeAll(async () => {
  fixture = await openIngest();
});
afterAll(async () => fixture.close());

/** NUL and the unit separator are taken out of stored text. */
const UNSHOWN = new RegExp(`[${String.fromCharCode(0, 31)} ]`, "g");

const good = { cost: "2" };

type Seen = {
  batch: IngestBatchAnswer;
  rejects: { line: number | null; column: string | null; value: string | null; reason: string }[];
};

/** Loads `lines` (built for an account of their own) and answers the delivery and its rejects. */
async function load(name: string, build: (own: string) => string | Buffer): Promise<Seen> {
  account += 1;
  const path = await fixture.write(name, build(String(account)));
  const answer = await fixture.ingest([path]);
  const [batch] = answer.batches;
  if (batch === undefined) throw new Error("no answer");
  if (batch.id === null) return { batch, rejects: [] };
  const { rejects } = await listRejects({ ctx: fixture.ctx, input: { batch: batch.id } });
  return { batch, rejects };
}

function csv(own: string, ...lines: string[]): string {
  return `${FOCUS_HEADER}\n${lines.join("\n")}\n`.replaceAll("111122223333", own);
}

describe("bad rows are located rejects, good rows go on", () => {
  const bad: [name: string, line: string, column: string | null, reason: RegExp][] = [
    ["text for a cost", focusLine({ cost: "twelve" }), "BilledCost", /decimal number/],
    ["1e400", focusLine({ cost: "1e400" }), "BilledCost", /decimal number/],
    ["10^16", focusLine({ cost: "10000000000000000" }), "BilledCost", /larger than any bill/],
    ["no day", focusLine({ day: "soon" }), "ChargePeriodStart", /no date/],
    ["the year 4", focusLine({ day: "0004-01-01" }), "ChargePeriodStart", /2000 to 2100|no date/],
    ["no currency", focusLine({ currency: "" }), "BillingCurrency", /empty/],
    ["too few fields", "1,2,3", null, /has 3 fields, the header 17/],
    ["too many fields", `${focusLine(good)},x`, null, /has 18 fields/],
    [
      "text after a closing quote",
      focusLine(good).replace("Amazon EC2", '"Amazon" EC2'),
      null,
      /after a closing quote/,
    ],
  ];
  test.each(bad)("%s", async (name, line, column, reason) => {
    const { batch, rejects } = await load(`${name.replaceAll(/\W/g, "-")}.csv`, (own) =>
      csv(own, focusLine(good), focusLine({ resource: "two\nlines" }), line, focusLine(good)),
    );
    expect(batch).toMatchObject({ status: "stored", rowsRead: 4, rowsAccepted: 3, rejects: 1 });
    // Line 5: the header, a row, and a row of two lines stand before it.
    expect(rejects).toMatchObject([{ line: 5, column }]);
    expect(rejects[0]?.reason).toMatch(reason);
  });

  test("an open quote costs its own line only", async () => {
    const { batch, rejects } = await load("open.csv", (own) =>
      csv(own, focusLine(good), focusLine(good).replace("Amazon EC2", '"Amazon EC2'), focusLine(good), focusLine(good)),
    );
    expect(batch).toMatchObject({ rowsRead: 4, rowsAccepted: 3, rejects: 1 });
    expect(rejects).toMatchObject([{ line: 3, reason: "opens a quote that is never closed" }]);
  });

  test("a 10 MB line", async () => {
    const long = "x".repeat(10_000_000);
    const { batch } = await load("long.csv", (own) =>
      csv(own, focusLine(good), focusLine({ service: long }), focusLine(good)),
    );
    expect(batch).toMatchObject({ status: "stored", rowsRead: 3 });
    expect(batch.rowsAccepted + batch.rejects).toBe(3);
    expect(batch.rowsAccepted).toBeGreaterThanOrEqual(2);
  });

  test("bytes that are not UTF-8 in a UTF-8 file", async () => {
    const { batch, rejects } = await load("broken.csv", (own) =>
      Buffer.concat([
        Buffer.from(csv(own, focusLine({ service: "Größe" }), focusLine({ service: "naïve" }))),
        Buffer.from([0xff, 0xfe]),
        Buffer.from(csv(own, focusLine(good)).split("\n").slice(1).join("\n")),
      ]),
    );
    expect(batch).toMatchObject({ rowsRead: 3, rowsAccepted: 2, rejects: 1 });
    expect(rejects).toMatchObject([{ line: 4, reason: "is not UTF-8 text" }]);
  });

  test("nothing readable at all: refused with an example", async () => {
    const { batch } = await load("none.csv", (own) => csv(own, focusLine({ cost: "x" }), focusLine({ cost: "y" })));
    expect(batch).toMatchObject({ status: "refused", rowsRead: 2, rejects: 2 });
    expect(batch.reason).toMatch(/none of its 2 rows .* Line 2: BilledCost "x"/);
  });
});

describe("hostile text is data", () => {
  const texts = [
    '=HYPERLINK("http://x")',
    "<script>alert(1)</script>",
    "@everyone",
    "a\u0000b",
    "\u001fsplit\u001f",
    "'; drop table charge; --",
    "日本語 🦊",
    "\\N",
    "\\.",
  ];
  test.each(texts)("%j", async (text) => {
    const { batch } = await load("text.csv", (own) =>
      csv(
        own,
        focusLine({
          ...good,
          service: text,
          resource: `${text}-r`,
          tags: JSON.stringify(text === "@everyone" ? { [`k${text}`]: text } : { note: text }),
        }),
      ),
    );
    expect(batch).toMatchObject({ status: "stored", rowsAccepted: 1 });
    const [row] = await fixture.db.sql<{ service_name: string }[]>`
      select a.service_name from charge c join attribute_set a on a.id = c.attribute_set_id where c.batch_id = ${batch.id}`;
    expect(row?.service_name.replaceAll(UNSHOWN, "")).toBe(text.replaceAll(UNSHOWN, ""));
  });
});

describe("encodings and dialects", () => {
  const row = { cost: "3", service: "Größe", resource: "é" };
  const cases: [name: string, encode: (text: string) => Buffer][] = [
    ["byte order mark and CRLF", (text) => Buffer.from(`\uFEFF${text.replaceAll("\n", "\r\n")}`)],
    ["mixed line ends", (text) => Buffer.from(text.replace("\n", "\r\n"))],
    ["no newline at the end", (text) => Buffer.from(text.trimEnd())],
    ["Latin-1", (text) => Buffer.from(text, "latin1")],
    ["UTF-16 with mark", (text) => Buffer.from(`\uFEFF${text}`, "utf16le")],
    ["UTF-16 without mark", (text) => Buffer.from(text, "utf16le")],
    ["gzip", (text) => gzipSync(Buffer.from(text))],
    ["gzip in two members", (text) => Buffer.concat([gzipSync(text.slice(0, 500)), gzipSync(text.slice(500))])],
    ["semicolons", (text) => Buffer.from(text.replaceAll(",", ";"))],
    ["tabs", (text) => Buffer.from(text.replaceAll(",", "\t"))],
    ["everything quoted", (text) => Buffer.from(text.replaceAll(/[^,\n]+/g, (field) => `"${field}"`))],
    ["quoted newlines", (text) => Buffer.from(text.replaceAll("é", '"é\r\n\n"'))],
  ];
  test.each(cases)("%s", async (_, encode) => {
    const { batch } = await load("dialect.csv", (own) =>
      encode(csv(own, focusLine(row), focusLine({ ...row, day: "2026-03-02" }))),
    );
    expect(batch).toMatchObject({ status: "stored", rowsRead: 2, rejects: 0, totals: { USD: { billed: "6" } } });
    const names = await fixture.db.sql<{ service_name: string }[]>`
      select distinct a.service_name from charge c join attribute_set a on a.id = c.attribute_set_id where c.batch_id = ${batch.id}`;
    expect(names.map((each) => each.service_name)).toEqual(["Größe"]);
  });

  test.each([
    ["an empty file", Buffer.alloc(0), /is empty/],
    ["a zip archive", Buffer.from("PK\u0003\u0004xxxx"), /zip archive/],
    ["a cut gzip", gzipSync(focusCsv([good])).subarray(0, 12), /cannot be unpacked|no header/],
    ["a cut Parquet", Buffer.from("PAR1xxxxxxxxxxxx"), /cannot be read/],
  ])("%s is refused with what is wrong", async (_, content, reason) => {
    const { batch } = await load("odd.csv", () => content);
    expect(batch.status).toBe("refused");
    expect(batch.reason).toMatch(reason);
  });
});

test("after all of it the rollups still add up to the charges", async () => {
  expect(await rollupGaps(fixture.db)).toEqual([]);
  expect(Object.keys(await shownTotal(fixture.db))).toEqual(["USD"]);
});
