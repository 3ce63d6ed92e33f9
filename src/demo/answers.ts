import type { Day, Month } from "../domain/period.ts";
import type { RecommendationState } from "../domain/recommendation.ts";
import type { PlantedWaste, Provider } from "./estate.ts";

/** The four costs of a bill, decimal text in its currency. */
export type BillTotals = {
  readonly billed: string;
  readonly effective: string;
  readonly list: string;
  readonly contracted: string;
};

export type SampleBill = {
  readonly file: string;
  readonly provider: Provider;
  readonly month: Month;
  readonly currency: string;
  readonly rows: number;
  readonly totals: BillTotals;
};

/** What becomes of one recommendation. */
export type SampleDecision = {
  /** On the story's day, in the first weeks. */
  readonly early?: "approve" | "reject" | "snooze";
  /** Whether what was approved was done soon after. */
  readonly done?: boolean;
  /** On the day the estate is loaded. */
  readonly today?: "approve" | "reject" | "snooze" | "applied";
  readonly state: RecommendationState;
};

type ProviderWaste = PlantedWaste & { readonly provider: Provider };

/** Days of an estate until a rule proves its finding: its days in a row, and the last, which has only partly arrived. */
const DAYS_TO_PROVE: Readonly<Record<string, number>> = {
  "net.ip.unattached": 8,
  "storage.disk.gp2_to_gp3": 8,
  "compute.reservation.odcr_unused": 8,
  "commit.unused": 8,
  "net.vpce.idle": 31,
};
const DAYS_TO_PROVE_USUAL = 15;

/** What was planted, by whether an estate of so many days proves it. */
export function provable(wasted: readonly ProviderWaste[], days: number): Pick<SampleAnswers, "planted" | "later"> {
  const dated = wasted.map((each) => ({ each, fromDays: DAYS_TO_PROVE[each.rule] ?? DAYS_TO_PROVE_USUAL }));
  return {
    planted: dated.filter(({ fromDays }) => fromDays <= days).map(({ each }) => each),
    later: dated.filter(({ fromDays }) => fromDays > days).map(({ each, fromDays }) => ({ ...each, fromDays })),
  };
}

/** What is known about the estate, exactly: what any answer about it must equal. */
export type SampleAnswers = {
  readonly company: string;
  readonly seed: number;
  readonly from: Day;
  /** Exclusive. The day before has only partly arrived. */
  readonly until: Day;
  readonly lateDay: Day;
  /** What is true in the end: load these and the totals are exactly so. */
  readonly bills: readonly SampleBill[];
  /** Deliveries that came before: the bill of the same provider and month restates them. */
  readonly restated: readonly SampleBill[];
  /** What these days prove. */
  readonly planted: readonly ProviderWaste[];
  /** Planted too, but not to be proven before there are so many days. */
  readonly later: readonly (ProviderWaste & { readonly fromDays: number })[];
  /** Recommendations people have dealt with, and where each stands after `finops demo`; others are proposed. */
  readonly decided: readonly (SampleDecision & { readonly resource: string })[];
  readonly costJump: {
    readonly provider: Provider;
    readonly service: string;
    readonly resource: string;
    readonly from: Day;
  };
  /** Dated rates of euros to dollars (`finops fx import`). */
  readonly rates: string;
};
