import { readdirSync, readFileSync } from "node:fs";
import { mkdir, stat } from "node:fs/promises";
import { dirname, join } from "node:path";

import { afterEach, beforeEach, describe, expect, test } from "vitest";

import { focusCsv, openIngest, shownTotal, statuses, type FocusRow, type IngestFixture } from "./support.ts";

let fixture: IngestFixture;
beforeEach(async () => {
  fixture = await openIngest();
});
afterEach(async () => fixture.close());

const ONE: FocusRow[] = [{ cost: "10" }, { cost: "20", day: "2026-03-02" }];
const TWO: FocusRow[] = [{ cost: "30", day: "2026-03-03" }];

async function write(name: string, content: string): Promise<string> {
  await mkdir(dirname(join(fixture.folder, name)), { recursive: true });
  return fixture.write(name, content);
}

/** An Azure export of two parts as a folder; `change` alters its manifest. */
async function writeAzureRun(
  folder: string,
  change: (manifest: { dataRowCount?: number; blobs: Record<string, unknown>[] }) => void = () => undefined,
): Promise<string> {
  const parts = [focusCsv(ONE), focusCsv(TWO)];
  const blobs = await Promise.all(
    parts.map(async (text, index) => {
      const name = `${folder}/part_${index}_0001.csv`;
      const path = await write(name, text);
      return {
        blobName: `exports/focus/20260301-20260331/${name}`,
        byteCount: (await stat(path)).size,
        dataRowCount: 2 - index,
      };
    }),
  );
  const manifest = { manifestVersion: "2024-04-01", blobCount: 2, dataRowCount: 3, blobs };
  change(manifest);
  await write(`${folder}/manifest.json`, JSON.stringify(manifest));
  return folder;
}

describe("a manifest says what is whole", { timeout: 240_000 }, () => {
  test("Azure: rows and bytes as it says: stored; again: unchanged", async () => {
    const folder = await writeAzureRun("run-a");
    expect(statuses(await fixture.ingest([folder]))).toEqual(["stored"]);
    expect(await shownTotal(fixture.db)).toEqual({ USD: "60" });
    expect(statuses(await fixture.ingest([folder]))).toEqual(["unchanged"]);
  });

  const faults: [name: string, change: Parameters<typeof writeAzureRun>[1], said: RegExp][] = [
    [
      "a part that is missing",
      ({ blobs }) => void blobs.push({ blobName: "exports/focus/run/part_2_0001.csv" }),
      /lists "part_2_0001.csv", which is not here/,
    ],
    [
      "a part with fewer rows than it says",
      ({ blobs }) => void Object.assign(blobs[1] ?? {}, { dataRowCount: 7 }),
      /"part_1_0001.csv" has 1 row, the manifest "manifest.json" says 7 rows/,
    ],
    [
      "a part cut off",
      ({ blobs }) => void Object.assign(blobs[0] ?? {}, { byteCount: 90_000 }),
      /"part_0_0001.csv" has [\d,]+ bytes, the manifest "manifest.json" says 90,000 bytes/,
    ],
    [
      "another number of rows in all",
      (manifest) => {
        manifest.dataRowCount = 4;
        for (const blob of manifest.blobs) delete blob["dataRowCount"];
      },
      /says 4 rows in all, the files have 3 rows \("part_0_0001.csv" 2 rows, "part_1_0001.csv" 1 row\)/,
    ],
  ];
  test.each(faults)("Azure: %s: refused, saying which", async (_, change, said) => {
    const answer = await fixture.ingest([await writeAzureRun("run", change)]);
    expect(statuses(answer)).toEqual(["refused"]);
    expect(answer.batches[0]?.reason).toMatch(said);
    expect(await shownTotal(fixture.db)).toEqual({});
  });

  test("Azure: two runs of one month in a folder are not one bill, although their parts have the same names", async () => {
    await writeAzureRun("run-a");
    await writeAzureRun("run-b", () => undefined);
    await write("run-b/part_0_0001.csv", focusCsv([{ cost: "11" }, { cost: "20", day: "2026-03-02" }]));
    const answer = await fixture.ingest(["."]);
    expect(statuses(answer)).toEqual(["refused"]);
    expect(answer.batches[0]?.reason).toContain("older and a newer copy");
    expect(statuses(await fixture.ingest(["run-b"]))).toEqual(["stored"]);
    expect(await shownTotal(fixture.db)).toEqual({ USD: "61" });
  });

  test("AWS Data Exports: the manifest lies in another folder, files of every month have the same name", async () => {
    for (const [month, rows] of [
      ["2026-02", [{ month: "2026-02", cost: "1" }]],
      ["2026-03", [{ cost: "2" }]],
    ] as const) {
      const file = `focus/data/BILLING_PERIOD=${month}/focus-00001.csv`;
      await write(file, focusCsv(rows));
      const dataFiles = [`s3://bucket/prefix/${file}`];
      if (month === "2026-03") dataFiles.push(`s3://bucket/prefix/${file.replace("00001", "00002")}`);
      await write(`focus/metadata/BILLING_PERIOD=${month}/focus-Manifest.json`, JSON.stringify({ dataFiles }));
    }
    const answer = await fixture.ingest(["focus"]);
    expect(answer.batches.map(({ billingMonth, status }) => `${billingMonth ?? ""} ${status}`)).toEqual([
      "2026-02 stored",
      "2026-03 refused",
    ]);
    expect(answer.batches[1]?.reason).toContain('"focus-00002.csv"');
    expect(await shownTotal(fixture.db)).toEqual({ USD: "1" });
  });

  test("a part that cannot be read leaves the month unchanged, by manifest and by chunk number", async () => {
    const folder = await writeAzureRun("run", ({ blobs }) => {
      delete blobs[1]?.["byteCount"];
    });
    await write("run/part_1_0001.csv", "a,b\n1,2\n");
    const answer = await fixture.ingest([folder]);
    expect(statuses(answer)).toEqual(["refused", "refused"]);
    expect(answer.batches[1]?.reason).toMatch(/"part_1_0001.csv", which the manifest .* cannot be read/);
    const chunks = [await write("bill-00001.csv", focusCsv(ONE)), await write("bill-00002.csv", "a,b\n1,2\n")];
    const byName = await fixture.ingest(chunks);
    expect(byName.batches[1]?.reason).toMatch(/"bill-00002.csv" belongs to the same export and cannot be read/);
    expect(await shownTotal(fixture.db)).toEqual({});
  });

  test("a manifest without its files, cut off, or of something else is not taken for nothing", async () => {
    const lost = await write("lost/x-Manifest.json", JSON.stringify({ reportKeys: ["p/x-00001.csv.gz"] }));
    const cut = await write("cut/x-Manifest.json", '{"reportKeys": ["p/x-0');
    const other = await write("other/app-manifest.json", '{"name": "app"}');
    const said = async (path: string): Promise<string> => {
      const [batch] = (await fixture.ingest([path])).batches;
      return `${batch?.status ?? ""}: ${batch?.reason ?? ""}`;
    };
    expect(await said(lost)).toMatch(/refused: .*lists 1 files?, none of which is here/);
    expect(await said(cut)).toMatch(/refused: .*cut off/);
    expect(await said(other)).toMatch(/refused: .*no manifest of a bill/);
  });
});

/** Nearly 2 MB: more than what is read together. */
function many(month: string): FocusRow[] {
  return Array.from({ length: 9_000 }, (_, n) => ({ month, cost: "1", resource: `i-${n}` }));
}

describe("what is good is shown before what comes after it is read", { timeout: 240_000 }, () => {
  test("a delivery is shown while the next file is still being read", async () => {
    const first = await write("a.csv", focusCsv(ONE));
    const second = await write("b.csv", focusCsv(many("2026-04")));
    const shown: Promise<Record<string, string>>[] = [];
    const answer = await fixture.ingest([first, second], {
      onProgress: ({ phase, what }) => {
        if (phase === "reading" && what === second && shown.length === 0) shown.push(shownTotal(fixture.db));
      },
    });
    expect(statuses(answer)).toEqual(["stored", "stored"]);
    expect(await shown[0]).toEqual({ USD: "30" });
    expect(await shownTotal(fixture.db)).toEqual({ USD: "9030" });
  });

  test("a month that shows only far into a second file is refused there; the first stays", async () => {
    const first = await write("a.csv", focusCsv(ONE));
    const second = await write("b.csv", focusCsv([...many("2026-02"), { cost: "99" }]));
    const answer = await fixture.ingest([first, second]);
    expect(answer.batches.map(({ billingMonth, status }) => `${billingMonth ?? ""} ${status}`)).toEqual([
      "2026-03 stored",
      "2026-02 stored",
      "2026-03 refused",
    ]);
    expect(answer.batches[2]?.reason).toMatch(
      /"b.csv" also holds this month, which "a.csv" of this call has just filled/,
    );
    expect(await shownTotal(fixture.db)).toEqual({ USD: "9030" });
  });

  test("a reader that dies of a file takes no other file with it", async () => {
    const first = await write("a.csv", focusCsv(ONE));
    const deadly = await write("b.csv", focusCsv([{ month: "2026-04" }]));
    const third = await write("c.csv", focusCsv([{ month: "2026-05", cost: "7" }]));
    const answer = await fixture.ingest([first, deadly, third], {
      onProgress: ({ phase, what }) => {
        if (phase === "reading" && what === deadly) killReader();
      },
    });
    expect(answer.batches.map(({ billingMonth, status }) => `${billingMonth ?? ""} ${status}`).sort()).toEqual([
      " refused",
      "2026-03 stored",
      "2026-05 stored",
    ]);
    expect(answer.batches.find(({ status }) => status === "refused")).toMatchObject({ files: [deadly] });
    expect(await shownTotal(fixture.db)).toEqual({ USD: "37" });
  });

  test("progress never falls and ends at the whole", async () => {
    const paths = [await write("a.csv", focusCsv(ONE)), await write("b.csv", focusCsv([{ month: "2026-04" }]))];
    const seen: number[] = [];
    await fixture.ingest(paths, { onProgress: ({ percent }) => void seen.push(percent) });
    expect(seen).toEqual(seen.toSorted((a, b) => a - b));
    expect(seen.at(-1)).toBeGreaterThan(90);
  });
});

/** Kills the DuckDB child of this process, as an operating system short of memory does. */
function killReader(): void {
  for (const pid of readdirSync("/proc").filter((name) => /^\d+$/.test(name))) {
    try {
      const parent = / [A-Z] (\d+) /.exec(readFileSync(`/proc/${pid}/stat`, "utf8"))?.[1];
      const command = readFileSync(`/proc/${pid}/cmdline`, "utf8");
      if (parent === String(process.pid) && command.includes("duck-child")) process.kill(Number(pid), "SIGKILL");
    } catch {
      continue; // a process that has just ended
    }
  }
}
