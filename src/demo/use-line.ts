import assert from "node:assert/strict";

import { atomsToDecimal, parseAtoms } from "../domain/money.ts";
import type { Estate, Resource, Use } from "./estate.ts";
import { templateOf, type Costs, type Moving, type Subject, type Template } from "./focus-csv.ts";
import type { Span } from "./quantity.ts";
import { hex } from "./random.ts";
import { tagsOf } from "./tags.ts";

const ATOMS_PER_PICO = 1_000_000n;
export const MICRO_ATOMS = 1_000_000_000_000n;

export type Line = { readonly text: string; readonly costs: Costs };
/** A use of a resource, ready to be written any day: its fixed cells and its prices in 10⁻¹². */
export type UseLine = {
  readonly use: Use;
  readonly key: string;
  readonly template: Template;
  readonly list: bigint;
  readonly contracted: bigint;
  /** Price of a unit a commitment pays for, 10⁻¹²; null where none does. */
  readonly committed: bigint | null;
};

export type Write = (template: Template, moving: Moving) => Line;

/** A made-up SKU for a line of the price list. */
export function skuId(meter: { service: string; skuMeter: string }): string {
  return hex(`sku:${meter.service}:${meter.skuMeter}`, 12).toUpperCase();
}

/** Price in 10⁻¹²; finer prices would not multiply to whole atoms. */
export function picosOf(price: string, thousandths = 1_000n): bigint {
  const atoms = parseAtoms(price) * thousandths;
  assert(atoms % (ATOMS_PER_PICO * 1_000n) === 0n, `price ${price} is too fine`);
  return atoms / ATOMS_PER_PICO / 1_000n;
}

/** Prices and fixed cells of a use. */
export function useLine(estate: Estate, resource: Resource, use: Use, span: Span): UseLine {
  const commitment = estate.commitments.find(({ id }) => id === use.commitment);
  const list = picosOf(use.meter.listPrice);
  const contracted = picosOf(use.meter.listPrice, estate.contractThousandths);
  const subject: Subject = {
    meter: use.meter,
    account: resource.account,
    region: resource.region,
    resource,
    tags: tagsOf(estate.provider, resource, span.seed),
    commitment,
    fixed: {
      ConsumedUnit: use.meter.unit,
      ListUnitPrice: picosText(list),
      ContractedUnitPrice: picosText(contracted),
      ...(commitment === undefined ? {} : { CommitmentDiscountStatus: "Used", PricingCategory: "Committed" }),
      ...(use.unusedCapacity === undefined
        ? {}
        : { CapacityReservationId: use.unusedCapacity, CapacityReservationStatus: "Unused" }),
    },
  };
  return {
    use,
    key: `${resource.id}:${use.meter.skuMeter}`,
    template: templateOf(estate, subject, skuId(use.meter)),
    list,
    contracted,
    committed: commitment === undefined ? null : picosOf(use.meter.listPrice, commitment.rateThousandths),
  };
}

export const picosText = (picos: bigint): string => atomsToDecimal(picos * ATOMS_PER_PICO);
export const microsText = (micros: bigint): string => atomsToDecimal(micros * MICRO_ATOMS);
