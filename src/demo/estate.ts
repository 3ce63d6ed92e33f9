/** The clouds of the sample estate. */
export const PROVIDERS = ["aws", "azure", "gcp"] as const;
export type Provider = (typeof PROVIDERS)[number];

export type Region = { readonly id: string; readonly name: string };
export type Account = { readonly id: string; readonly name: string };

/** Whose a resource is. Written into tags, more or less tidily. */
export type Owner = { readonly team: string; readonly product: string; readonly environment: string };

/** What is metered: a line of a price list. */
export type Meter = {
  readonly service: string;
  readonly category: string;
  readonly subcategory: string;
  readonly description: string;
  readonly skuMeter: string;
  readonly unit: string;
  /** List price of one unit in the provider's billing currency, at most 10 decimals. */
  readonly listPrice: string;
  /** Provider columns by their FOCUS name (`x_UsageType`, `x_SkuMeterName`, …). */
  readonly extra: Readonly<Record<string, string>>;
};

/**
 * How a quantity moves: `steady` never, `office` falls at weekends, `traffic` a little, `batch` peaks on Mondays.
 */
export type Rhythm = "steady" | "office" | "traffic" | "batch";

/** One metered use of a resource. */
export type Use = {
  readonly meter: Meter;
  /** Units on a plain weekday at the start of the estate. */
  readonly perDay: number;
  readonly rhythm: Rhythm;
  /** Compound growth in percent a month (30 days). */
  readonly growthPercent?: number;
  /** From `daysBeforeEnd` days before the end on, the quantity is multiplied. */
  readonly jump?: { readonly daysBeforeEnd: number; readonly factor: number };
  /** Days after the start of the estate it is used on, `to` exclusive; absent = all. */
  readonly days?: { readonly from?: number; readonly to?: number };
  /** Paid for by this commitment, at its rate. */
  readonly commitment?: string;
  /** A reservation nothing ran in. */
  readonly unusedCapacity?: string;
};

export type Resource = {
  readonly id: string;
  readonly name: string;
  readonly type: string;
  readonly account: Account;
  readonly region: Region | null;
  readonly owner: Owner | null;
  /** Tags beside the owner's. */
  readonly tags?: Readonly<Record<string, string>>;
  readonly uses: readonly Use[];
};

/** A promise to pay, whether used or not. `paid` daily or on the first of the month. */
export type Commitment = {
  readonly id: string;
  readonly name: string;
  readonly type: string;
  readonly category: "Spend" | "Usage";
  readonly unit: string;
  /** What an hour costs, at most 10 decimals. */
  readonly hourlyCost: string;
  /** Price of a covered unit as thousandths of its list price. */
  readonly rateThousandths: bigint;
  readonly paid: "daily" | "monthly";
  readonly meter: Meter;
  readonly account: Account;
  readonly region: Region | null;
};

/** A charge that comes once a month on the first: support, subscriptions, credits. */
export type MonthlyCharge = {
  readonly category: "Purchase" | "Credit";
  readonly meter: Meter;
  readonly amount: string;
  readonly account: Account | null;
  readonly publisher?: string;
};

/** A change of an earlier month that arrives in the latest one. */
export type LateCorrection = {
  readonly resourceId: string;
  readonly meter: Meter;
  /** Negative gives money back. */
  readonly quantity: string;
  readonly dayOfPreviousMonth: number;
  readonly description: string;
};

/** Everything one provider bills the company for. */
export type Estate = {
  readonly provider: Provider;
  readonly providerName: string;
  readonly issuer: string;
  readonly publisher: string;
  readonly billingAccount: Account;
  readonly billingAccountType: string;
  readonly subAccountType: string;
  readonly currency: string;
  /** Negotiated price as thousandths of the list price. */
  readonly contractThousandths: bigint;
  readonly taxThousandths: bigint;
  readonly taxName: string;
  readonly extraColumns: readonly string[];
  readonly resources: readonly Resource[];
  readonly commitments: readonly Commitment[];
  readonly monthly: readonly MonthlyCharge[];
  readonly corrections: readonly LateCorrection[];
  readonly planted: readonly PlantedWaste[];
  readonly fleet: FleetKind;
};

/** What the estate is enlarged with: machines of one kind, billed by the hour. */
export type FleetKind = {
  readonly meter: Meter;
  readonly account: Account;
  readonly region: Region;
  readonly type: string;
  readonly idOf: (name: string) => string;
};

/** Waste put there on purpose; confidence A of the catalogue: the bill alone proves it. */
export type PlantedWaste = { readonly rule: string; readonly resource: string; readonly why: string };
