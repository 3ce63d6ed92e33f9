import assert from "node:assert/strict";

import { atomsToDecimal, parseAtoms } from "../domain/money.ts";
import { daysBetween, monthOf, monthPeriod } from "../domain/period.ts";
import type { Commitment, Estate } from "./estate.ts";
import { templateOf, type Subject } from "./focus-csv.ts";
import { quantityMicros, type DayOfSpan } from "./quantity.ts";
import { microsText, skuId, type Line, type UseLine, type Write } from "./use-line.ts";

const HOURS_PER_DAY = 24n;

/** The purchase, and what of it nothing used: with the used lines they add up to the promise, to the last atom. */
export function commitmentLines(estate: Estate, commitment: Commitment, uses: readonly UseLine[]) {
  const covered = uses.filter(({ use }) => use.commitment === commitment.id);
  const rate = covered[0]?.committed ?? 1n;
  const hourly = parseAtoms(commitment.hourlyCost);
  const about: Omit<Subject, "fixed"> = {
    meter: commitment.meter,
    account: commitment.account,
    region: commitment.region,
    resource: { id: commitment.id, name: commitment.name, type: commitment.type },
    tags: {},
    commitment,
  };
  const sku = skuId(commitment.meter);
  const unused = templateOf(
    estate,
    {
      ...about,
      fixed: {
        CommitmentDiscountStatus: "Unused",
        PricingCategory: "Committed",
        ChargeDescription: `Unused part of ${commitment.name}`,
      },
    },
    sku,
  );
  const bought = templateOf(
    estate,
    {
      ...about,
      fixed: {
        ChargeCategory: "Purchase",
        ChargeFrequency: "Recurring",
        ListUnitPrice: commitment.hourlyCost,
        ContractedUnitPrice: commitment.hourlyCost,
      },
    },
    sku,
  );
  const promised = (cost: bigint): string =>
    commitment.category === "Spend" ? atomsToDecimal(cost) : microsText(cost / rate);
  return function* linesOn(at: DayOfSpan, write: Write): Generator<Line> {
    const { day } = at;
    const whole = monthPeriod(monthOf(day));
    const period = commitment.paid === "daily" ? at.period : whole;
    if (commitment.paid === "daily" || day === whole.from) {
      const hours = BigInt(daysBetween(period.from, period.to)) * HOURS_PER_DAY;
      const cost = hourly * hours;
      const costs = { billed: cost, effective: 0n, list: cost, contracted: cost };
      yield write(bought, { period, costs, quantity: String(hours), commitmentQuantity: promised(cost) });
    }
    const used = covered.reduce(
      (sum, line) => sum + quantityMicros(line.use, line.key, at) * (line.committed ?? 0n),
      0n,
    );
    const left = hourly * HOURS_PER_DAY - used;
    assert(left >= 0n, `${commitment.name} is used beyond what was bought`);
    if (left === 0n) return;
    const costs = { billed: 0n, effective: left, list: 0n, contracted: 0n };
    const quantity = microsText(left / rate);
    yield write(unused, {
      period: at.period,
      costs,
      quantity,
      commitmentQuantity: promised(left),
    });
  };
}
