import fc from "fast-check";

/**
 * Rows of every native format and of FOCUS, by column name: right, odd and broken ones. An amount may be fine, in E
 * notation, empty, text, or beyond any number.
 */
const amount = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.tuple(fc.integer({ min: -99_999, max: 99_999 }), fc.nat(999_999)).map(([a, b]) => `${a}.${b}`),
  },
  { weight: 2, arbitrary: fc.constantFrom("0", "1.5E-7", "0.012264277499950943") },
  { weight: 1, arbitrary: fc.constantFrom("", "x", "1e400") },
);
const positive = fc.tuple(fc.nat(9_999), fc.nat(99_999)).map(([a, b]) => `${a}.${b}`);
const always = (text: string) => fc.constant(text);
const time = (text: string) =>
  fc.oneof({ weight: 9, arbitrary: always(text) }, { weight: 1, arbitrary: fc.constantFrom("", "never", "infinity") });

export const cur = fc.record({
  bill_payer_account_id: always("1"),
  bill_billing_period_start_date: time("2026-03-01T00:00:00.000Z"),
  bill_billing_period_end_date: always("2026-04-01T00:00:00.000Z"),
  line_item_usage_start_date: time("2026-03-05T10:00:00.000Z"),
  line_item_usage_end_date: always("2026-03-05T11:00:00.000Z"),
  line_item_line_item_type: fc.constantFrom(
    "Usage",
    "SavingsPlanCoveredUsage",
    "SavingsPlanNegation",
    "SavingsPlanRecurringFee",
    "SavingsPlanUpfrontFee",
    "DiscountedUsage",
    "RIFee",
    "Fee",
    "Tax",
    "Credit",
    "Refund",
    "EdpDiscount",
    "New",
    "",
  ),
  line_item_product_code: fc.constantFrom("AmazonEC2", "AmazonS3", "x"),
  line_item_currency_code: fc.constantFrom("USD", "EUR", ""),
  line_item_unblended_cost: amount,
  line_item_net_unblended_cost: fc.oneof(amount, always("")),
  line_item_usage_amount: amount,
  pricing_public_on_demand_cost: amount,
  pricing_unit: fc.constantFrom("Hrs", ""),
  savings_plan_savings_plan_a_r_n: fc.constantFrom("arn:sp", ""),
  savings_plan_savings_plan_effective_cost: amount,
  savings_plan_total_commitment_to_date: amount,
  savings_plan_used_commitment: amount,
  reservation_reservation_a_r_n: fc.constantFrom("arn:ri", ""),
  reservation_effective_cost: amount,
  reservation_unused_amortized_upfront_fee_for_billing_period: amount,
  reservation_unused_recurring_fee: amount,
});

export const azure = fc.record({
  SubscriptionId: always("s"),
  BillingPeriodStartDate: time("09/01/2023"),
  BillingPeriodEndDate: time("09/30/2023"),
  Date: time("09/04/2023"),
  MeterCategory: fc.constantFrom("Storage", "Virtual Machines", ""),
  MeterId: always("m"),
  Quantity: fc.oneof(positive, amount),
  CostInBillingCurrency: amount,
  PaygCostInBillingCurrency: amount,
  UnitPrice: fc.oneof(positive, amount),
  BillingCurrency: fc.constantFrom("USD", "eur ", ""),
  UnitOfMeasure: fc.constantFrom("1 Hour", "10K", "100 Hours", "", "odd (1K)", "1/Month"),
  ChargeType: fc.constantFrom(
    "Usage",
    "Purchase",
    "Refund",
    "Tax",
    "Credit",
    "UnusedReservation",
    "UnusedSavingsPlan",
    "New",
    "",
  ),
  PricingModel: fc.constantFrom("OnDemand", "Reservation", "SavingsPlan", "Spot", ""),
  benefitId: fc.constantFrom("/providers/Microsoft.Capacity/r", ""),
});

export const oci = fc.record({
  "lineItem/tenantId": always("t"),
  "lineItem/intervalUsageStart": time("2023-11-13T10:00Z"),
  "lineItem/intervalUsageEnd": time("2023-11-13T11:00:00Z"),
  "product/service": fc.constantFrom("COMPUTE", "NEW", ""),
  "usage/billedQuantity": amount,
  "cost/myCost": amount,
  "cost/myCostOverage": amount,
  "cost/currencyCode": fc.constantFrom("USD", ""),
  "lineItem/isCorrection": fc.constantFrom("true", "false", ""),
});

const credit = fc.record({
  type: fc.constantFrom("PROMOTION", "DISCOUNT", "COMMITTED_USAGE_DISCOUNT"),
  amount: fc.oneof(fc.double({ min: -5, max: 0, noNaN: true }), always("x")),
});
export const gcp = fc.record({
  billing_account_id: always("b"),
  usage_start_time: time("2026-03-05 10:00:00 UTC"),
  usage_end_time: time("2026-03-05 11:00:00 UTC"),
  "invoice.month": fc.constantFrom("202603", "2026-03", "", "x"),
  "service.description": fc.constantFrom("Compute Engine", "New"),
  "sku.description": fc.constantFrom("Core", "Commitment v1: Core", "Spot Preemptible Core", ""),
  cost: amount,
  cost_at_list: amount,
  currency: fc.constantFrom("USD", ""),
  credits: fc.oneof(
    fc.array(credit, { maxLength: 3 }).map((list) => JSON.stringify(list)),
    fc.constantFrom("", "[]", "broken"),
  ),
  cost_type: fc.constantFrom("regular", "tax", "adjustment", "rounding_error", ""),
});

export const focus = fc.record({
  BillingAccountId: fc.constantFrom("1", "2"),
  BillingPeriodStart: time("2026-03-01T00:00:00Z"),
  BillingPeriodEnd: always("2026-04-01T00:00:00Z"),
  ChargePeriodStart: fc.oneof(
    time("2026-03-05T10:00:00Z"),
    fc.constantFrom("2026-03-05T11:00:00Z", "2026-03-06 00:00:00"),
  ),
  ChargePeriodEnd: fc.constantFrom("2026-03-05T11:00:00Z", "2026-03-05T12:00:00Z", "2026-03-08T00:00:00Z"),
  BilledCost: amount,
  EffectiveCost: amount,
  ListCost: fc.oneof(amount, always("")),
  ConsumedQuantity: fc.oneof(amount, fc.constantFrom("1", "1", "24", "1e30", "99999999999999999999")),
  BillingCurrency: fc.constantFrom("USD", "EUR", ""),
  ProviderName: fc.constantFrom("AWS", "Microsoft", "Acme Cloud"),
  ServiceCategory: fc.constantFrom("Compute", "Databases", "Storage", ""),
  ServiceName: fc.constantFrom("EC2", " EC2 ", "NULL", 'Größe, "quoted"'),
  ChargeCategory: fc.constantFrom("Usage", "usage", "Tax", "Credit", "Purchase", "Adjustment", "New", ""),
  ChargeClass: fc.constantFrom("", "", "correction"),
  ResourceId: fc.constantFrom("i-1", "i-2", ""),
  CommitmentDiscountStatus: fc.constantFrom("", "Used"),
  Tags: fc.constantFrom("", "{}", '{"team":"x"}', '{"Team":"x","n":1}'),
});
