import { afterEach, beforeEach, expect, test } from "vitest";

import { dispatch } from "../../src/bot/dispatch.ts";
import { batchesCommand } from "../../src/bot/commands/batches.ts";
import { rejectsCommand } from "../../src/bot/commands/rejects.ts";
import { listBatches } from "../../src/service/list-batches.ts";
import { listRejects } from "../../src/service/list-rejects.ts";
import { showStatus } from "../../src/service/show-status.ts";
import { reapBatches } from "../../src/store/reap.ts";
import { focusCsv, focusLine, openIngest, shownTotal, statuses, type IngestFixture } from "./support.ts";

let fixture: IngestFixture;
beforeEach(async () => {
  fixture = await openIngest();
});
afterEach(async () => fixture.close());

test(
  "a refused delivery keeps its rejects: file, line, column, value, reason, until it is mended",
  { timeout: 240_000 },
  async () => {
    const bad = await fixture.write("bad.csv", focusCsv([{ cost: "x" }, { cost: "$$" }]));
    const refused = await fixture.ingest([bad]);
    expect(statuses(refused)).toEqual(["refused"]);
    const id = refused.batches[0]?.id ?? "";
    const kept = await listRejects({ ctx: fixture.ctx, input: { batch: id } });
    expect(kept.rejects).toMatchObject([
      { batch: id, file: bad, line: 2, column: "BilledCost", value: "x", reason: expect.stringContaining("decimal") },
      { batch: id, file: bad, line: 3, column: "BilledCost", value: "$$" },
    ]);
    expect(kept.refused).toMatchObject([{ batch: id, files: [bad], billingMonth: "2026-03", rowsRejected: 2 }]);
    // Again: one refusal, not two.
    await fixture.ingest([bad]);
    expect((await listRejects({ ctx: fixture.ctx, input: {} })).refused).toHaveLength(1);
    expect((await listRejects({ ctx: fixture.ctx, input: {} })).rejects).toHaveLength(2);
    await fixture.ingest([await fixture.write("bad.csv", focusCsv([{ cost: "1" }]))]);
    expect(await listRejects({ ctx: fixture.ctx, input: {} })).toEqual({ rejects: [], refused: [] });
    await reapBatches(fixture.db.sql, 10);
    expect(await fixture.db.sql`select 1 from ingest_reject`).toHaveLength(0);
  },
);

test(
  "refused for another reason, of no known month, or no bill at all: kept too, and shown in chat and status",
  { timeout: 240_000 },
  async () => {
    const { ctx } = fixture;
    await fixture.ingest([await fixture.write("good.csv", focusCsv([{ cost: "5" }]))]);
    const twice = [
      await fixture.write(
        "one-2026-04-01.csv",
        `${focusCsv([{ month: "2026-04" }])}${focusLine({ month: "2026-04", cost: "?" })}\n`,
      ),
      await fixture.write("two-2026-04-02.csv", focusCsv([{ month: "2026-04", cost: "2" }])),
    ];
    const clash = await fixture.ingest(twice);
    expect(clash.batches).toMatchObject([{ status: "refused", rejects: 1 }]);
    const timeless = await fixture.write("timeless.csv", focusCsv([{}]).replaceAll("-01T00:00:00Z", "?"));
    const stranger = await fixture.write("stranger.csv", "a,b,c\n1,2,3\n");
    expect(statuses(await fixture.ingest([timeless, stranger]))).toEqual(["refused", "refused"]);
    const { refused, rejects } = await listRejects({ ctx, input: {} });
    expect(refused.map(({ billingMonth, files }) => [billingMonth, files.length])).toEqual([
      ["", 1],
      ["", 1],
      ["2026-04", 2],
    ]);
    expect(rejects.map(({ line, column }) => [line, column])).toContainEqual([3, "BilledCost"]);
    const { card } = await dispatch({ ctx, text: "rejects" }, [rejectsCommand]);
    expect(JSON.stringify(card)).toMatch(
      /3 deliveries were refused as a whole.*one-2026-04-01.csv, two-2026-04-02.csv/,
    );
    expect(JSON.stringify((await dispatch({ ctx, text: "batches" }, [batchesCommand])).card)).toContain("refused: ");
    expect((await listBatches({ ctx, input: {} })).batches.map(({ status }) => status)).toEqual([
      "refused",
      "refused",
      "refused",
      "stored",
    ]);
    expect((await showStatus({ ctx, input: {} })).batches.map(({ status }) => status)).toContain("refused");
    expect(await shownTotal(fixture.db)).toEqual({ USD: "5" });
    // Whoever sees a part of the bills sees none of it.
    const narrow = { ...ctx, scope: [{ dimension: "provider", values: ["aws"], not: false }] as never };
    await expect(listRejects({ ctx: narrow, input: {} })).rejects.toThrow("more than the part");
    expect((await showStatus({ ctx: narrow, input: {} })).batches).toEqual([]);
    // A dry run keeps nothing.
    await fixture.ingest([await fixture.write("dry.csv", "a,b,c\n1,2,4\n")], { dryRun: true });
    expect((await listRejects({ ctx, input: {} })).refused).toHaveLength(3);
  },
);
