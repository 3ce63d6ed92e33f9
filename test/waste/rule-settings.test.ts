import { expect, test } from "vitest";

import { hinted, judge, rowsOf, type LineBill, type ResourceBill } from "./bills.ts";

const usage = (usageType: string, cost: string): LineBill => ({ usageType, cost });

test("thresholds of finops.yaml hold, and a rule switched off says nothing", () => {
  const nat = [{ lines: [usage("NatGateway-Hours", "1"), usage("NatGateway-Bytes", "3")] }];
  const settings = (enabled: boolean, hoursPercent: number) => ({
    settings: { rules: { "net.nat.heavy_to_aws_service": { enabled, options: { hoursPercent } } } },
  });
  expect(hinted(nat, settings(true, 400))).toEqual([]);
  expect(hinted(nat, settings(true, 250))).toHaveLength(1);
  expect(hinted(nat, settings(false, 50))).toEqual([]);
});

test("people's exclusions: all that is named must hold; the finding is held back by name", () => {
  const bill: ResourceBill = {
    id: "arn:aws:ec2:r:1:natgateway/nat-1",
    tags: { Team: "web" },
    lines: [usage("NatGateway-Hours", "1")],
  };
  const nothing = { rule: null, resource: null, account: null, tag: null };
  const held = (given: Partial<Record<keyof typeof nothing, unknown>>): boolean => {
    const exclusion = {
      ...nothing,
      ...given,
      id: "excl_1",
      reason: "kept",
      setBy: "a",
      setByName: "A",
      since: "2025-10-01",
      until: null,
    };
    const { held: all, findings } = judge(rowsOf(bill), { exclusions: [exclusion as never] });
    expect(all.length + findings.length).toBe(1);
    return all[0]?.guard === "exclusion";
  };
  expect(held({ rule: "net.nat.idle" })).toBe(true);
  expect(held({ rule: "net.lb.idle" })).toBe(false);
  expect(held({ resource: "NAT-1" })).toBe(true);
  expect(held({ resource: "nat-2" })).toBe(false);
  expect(held({ account: "111122223333", resource: "nat-1" })).toBe(true);
  expect(held({ account: "999", resource: "nat-1" })).toBe(false);
  expect(held({ tag: { key: "team", value: null } })).toBe(true);
  expect(held({ tag: { key: "team", value: "WEB" } })).toBe(true);
  expect(held({ tag: { key: "team", value: "data" } })).toBe(false);
});
