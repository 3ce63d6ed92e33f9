import { parseAtoms, roundAtoms } from "../domain/money.ts";
import { addDays, addMonths, firstDay, monthPeriod, type Month } from "../domain/period.ts";
import type { Estate } from "./estate.ts";
import { templateOf, type Costs, type Subject } from "./focus-csv.ts";
import type { Span } from "./quantity.ts";
import { tagsOf } from "./tags.ts";
import { MICRO_ATOMS, microsText, picosOf, picosText, skuId, type Line, type Write } from "./use-line.ts";

/** Support, subscriptions and credits of a month, dated its first day. */
export function* monthlyLines(estate: Estate, month: Month, write: Write): Generator<Line> {
  for (const charge of estate.monthly) {
    const cost = parseAtoms(charge.amount);
    const bought = charge.category === "Purchase";
    const price = bought ? charge.amount : undefined;
    const fixed = {
      ChargeCategory: charge.category,
      ChargeFrequency: bought ? "Recurring" : "One-Time",
      ListUnitPrice: price,
      ContractedUnitPrice: price,
      ...(charge.publisher === undefined ? {} : { PublisherName: charge.publisher }),
      ...(bought ? {} : { PricingCategory: "", PricingUnit: "" }),
    };
    const subject: Subject = {
      meter: charge.meter,
      account: charge.account,
      region: null,
      resource: null,
      tags: {},
      fixed,
    };
    const template = templateOf(estate, subject, skuId(charge.meter));
    const costs = { billed: cost, effective: cost, list: cost, contracted: cost };
    yield write(template, { period: monthPeriod(month), costs, quantity: bought ? "1" : "" });
  }
}

/** Changes of the month before, which is closed: they arrive in the open one, marked as corrections. */
export function* correctionLines(estate: Estate, month: Month, span: Span, write: Write): Generator<Line> {
  for (const correction of estate.corrections) {
    const day = addDays(firstDay(addMonths(month, -1)), correction.dayOfPreviousMonth - 1);
    const resource = estate.resources.find(({ id }) => id === correction.resourceId);
    if (day < span.first || resource === undefined) continue;
    const fixed = {
      ChargeClass: "Correction",
      ChargeDescription: correction.description,
      ConsumedUnit: correction.meter.unit,
      ListUnitPrice: correction.meter.listPrice,
      ContractedUnitPrice: picosText(picosOf(correction.meter.listPrice, estate.contractThousandths)),
    };
    const tags = tagsOf(estate.provider, resource, span.seed);
    const { meter } = correction;
    const subject: Subject = { meter, account: resource.account, region: resource.region, resource, tags, fixed };
    const micros = parseAtoms(correction.quantity) / MICRO_ATOMS;
    const cost = micros * picosOf(meter.listPrice, estate.contractThousandths);
    const costs = { billed: cost, effective: cost, list: micros * picosOf(meter.listPrice), contracted: cost };
    const period = { from: day, to: addDays(day, 1) };
    yield write(templateOf(estate, subject, skuId(meter)), { period, costs, quantity: microsText(micros) });
  }
}

const COSTS = ["billed", "effective", "list", "contracted"] as const;

/** Adds up what passes and charges tax on it, whole cents, one line an account. */
export function taxCollector(estate: Estate) {
  const sums = { billed: 0n, effective: 0n, list: 0n, contracted: 0n };
  function* over(lines: Iterable<Line>): Generator<Line> {
    for (const line of lines) {
      for (const cost of COSTS) sums[cost] += line.costs[cost];
      yield line;
    }
  }
  function* lines(month: Month, write: Write): Generator<Line> {
    if (estate.taxThousandths === 0n) return;
    const taxed = (cost: keyof Costs): bigint => {
      return parseAtoms(roundAtoms((sums[cost] * estate.taxThousandths) / 1_000n, 2));
    };
    const meter = {
      service: estate.taxName,
      category: "Other",
      subcategory: "Other (Other)",
      description: `${estate.taxName} for ${month}`,
      skuMeter: "Tax",
      unit: "",
      listPrice: "0",
      extra: {},
    };
    const fixed = {
      ChargeCategory: "Tax",
      ChargeFrequency: "One-Time",
      PricingCategory: "",
      SkuId: "",
      SkuPriceId: "",
      SkuMeter: "",
    };
    const subject: Subject = { meter, account: null, region: null, resource: null, tags: {}, fixed };
    const costs = {
      billed: taxed("billed"),
      effective: taxed("effective"),
      list: taxed("list"),
      contracted: taxed("contracted"),
    };
    yield write(templateOf(estate, subject, ""), { period: monthPeriod(month), costs, quantity: "" });
  }
  return { over, lines };
}
