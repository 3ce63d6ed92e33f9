import { describe, expect, test } from "vitest";

import { found, judge, rowsOf, type ResourceBill } from "./bills.ts";

describe("commitments", () => {
  const lines = (used: string, unused: string): ResourceBill["lines"] => [
    { commitmentId: "sp-1", commitmentStatus: "Used", pricingCategory: "Committed", cost: used },
    { commitmentId: "sp-1", commitmentStatus: "Unused", pricingCategory: "Committed", cost: unused },
  ];
  test("unused by a tenth", () => expect(found({ lines: lines("9", "1") })).toEqual(["commit.unused 30.4000"]));
  test("unused by a twentieth is noise", () => expect(found({ lines: lines("19", "1") })).toEqual([]));
  test("expired ten days ago", () => {
    const expired = lines("9", "1").map((line) => ({ ...line, days: [10, 11, 12, 13, 14, 15, 16, 17, 18, 19] }));
    expect(found({ lines: expired })).toEqual([]);
  });
  test("used rows of other resources count as used, unused rows name the commitment", () => {
    const [used, unused] = lines("19", "1.5");
    const rows = [
      ...rowsOf({ id: "i-1", lines: [used as never] }),
      ...rowsOf({ id: "arn:sp-1", name: "plan", lines: [unused as never] }),
    ];
    const [finding] = judge(rows).findings;
    expect([finding?.resource, finding?.name, finding?.rule]).toEqual(["arn:sp-1", "plan", "commit.unused"]);
  });
});

describe("overlaps", () => {
  test("a later action saves only from what an earlier one leaves", () => {
    const bill: ResourceBill = {
      tags: { env: "dev" },
      lines: [{ usageType: "Multi-AZUsage:db.r4.large", cost: "10" }],
    };
    expect(found(bill)).toEqual(["db.multiaz_nonprod 136.8000", "compute.vm.old_generation 30.4000"]);
    const standby = judge(rowsOf(bill)).findings.find(({ rule }) => rule === "db.multiaz_nonprod");
    expect(standby?.arithmetic).toContain("of what compute.vm.old_generation leaves");
  });
});
