/**
 * The one list of what is kept of a charge, and where it lives in the store (docs/adr/0002):
 * - `attribute`: descriptive, few distinct combinations → `attribute_set`, stored once;
 * - `resource`: who was charged → `billed_resource`, stored once;
 * - `tags` → `tag_set`; `measure` → summed in `charge`; `key` → columns of `charge` itself.
 * `column` is snake_case of the FOCUS name (FOCUS 1.4; x_ columns are ours or a provider's).
 */
export type ChargeColumn = {
  readonly focus: string;
  readonly column: string;
  readonly home: "attribute" | "resource" | "tags" | "measure" | "key";
  readonly type: "text" | "decimal" | "timestamp" | "json";
};

const attribute = (focus: string, column: string): ChargeColumn => ({ focus, column, home: "attribute", type: "text" });

export const CHARGE_COLUMNS: readonly ChargeColumn[] = [
  { focus: "ChargePeriodStart", column: "charge_period_start", home: "key", type: "timestamp" },
  { focus: "ChargePeriodEnd", column: "charge_period_end", home: "key", type: "timestamp" },
  { focus: "BillingPeriodStart", column: "billing_period_start", home: "key", type: "timestamp" },
  { focus: "BillingPeriodEnd", column: "billing_period_end", home: "key", type: "timestamp" },
  attribute("ServiceProviderName", "service_provider_name"),
  attribute("HostProviderName", "host_provider_name"),
  attribute("PublisherName", "publisher_name"),
  attribute("InvoiceIssuerName", "invoice_issuer_name"),
  attribute("InvoiceId", "invoice_id"),
  attribute("BillingAccountId", "billing_account_id"),
  attribute("BillingAccountName", "billing_account_name"),
  attribute("BillingAccountType", "billing_account_type"),
  attribute("SubAccountId", "sub_account_id"),
  attribute("SubAccountName", "sub_account_name"),
  attribute("SubAccountType", "sub_account_type"),
  attribute("BillingCurrency", "billing_currency"),
  attribute("PricingCurrency", "pricing_currency"),
  attribute("ChargeCategory", "charge_category"),
  attribute("ChargeClass", "charge_class"),
  attribute("ChargeDescription", "charge_description"),
  attribute("ChargeFrequency", "charge_frequency"),
  attribute("ServiceCategory", "service_category"),
  attribute("ServiceSubcategory", "service_subcategory"),
  attribute("ServiceName", "service_name"),
  attribute("RegionId", "region_id"),
  attribute("RegionName", "region_name"),
  attribute("AvailabilityZone", "availability_zone"),
  attribute("PricingCategory", "pricing_category"),
  attribute("PricingUnit", "pricing_unit"),
  attribute("ConsumedUnit", "consumed_unit"),
  attribute("SkuId", "sku_id"),
  attribute("SkuPriceId", "sku_price_id"),
  attribute("SkuMeter", "sku_meter"),
  attribute("CommitmentDiscountId", "commitment_discount_id"),
  attribute("CommitmentDiscountName", "commitment_discount_name"),
  attribute("CommitmentDiscountCategory", "commitment_discount_category"),
  attribute("CommitmentDiscountType", "commitment_discount_type"),
  attribute("CommitmentDiscountStatus", "commitment_discount_status"),
  attribute("CommitmentDiscountUnit", "commitment_discount_unit"),
  attribute("CapacityReservationId", "capacity_reservation_id"),
  attribute("CapacityReservationStatus", "capacity_reservation_status"),
  attribute("AllocatedMethodId", "allocated_method_id"),
  attribute("x_UsageType", "x_usage_type"),
  attribute("x_Operation", "x_operation"),
  attribute("x_ServiceCode", "x_service_code"),
  attribute("x_SkuMeterName", "x_sku_meter_name"),
  attribute("x_SkuMeterCategory", "x_sku_meter_category"),
  attribute("x_SkuMeterSubcategory", "x_sku_meter_subcategory"),
  attribute("x_ResourceType", "x_resource_type"),
  { focus: "ResourceId", column: "resource_id", home: "resource", type: "text" },
  { focus: "ResourceName", column: "resource_name", home: "resource", type: "text" },
  { focus: "ResourceType", column: "resource_type", home: "resource", type: "text" },
  { focus: "AllocatedResourceId", column: "allocated_resource_id", home: "resource", type: "text" },
  { focus: "AllocatedResourceName", column: "allocated_resource_name", home: "resource", type: "text" },
  { focus: "Tags", column: "tags", home: "tags", type: "json" },
  { focus: "AllocatedTags", column: "allocated_tags", home: "tags", type: "json" },
  { focus: "BilledCost", column: "billed_cost", home: "measure", type: "decimal" },
  { focus: "EffectiveCost", column: "effective_cost", home: "measure", type: "decimal" },
  { focus: "ListCost", column: "list_cost", home: "measure", type: "decimal" },
  { focus: "ContractedCost", column: "contracted_cost", home: "measure", type: "decimal" },
  { focus: "ConsumedQuantity", column: "consumed_quantity", home: "measure", type: "decimal" },
  { focus: "PricingQuantity", column: "pricing_quantity", home: "measure", type: "decimal" },
  { focus: "CommitmentDiscountQuantity", column: "commitment_discount_quantity", home: "measure", type: "decimal" },
  {
    focus: "PricingCurrencyEffectiveCost",
    column: "pricing_currency_effective_cost",
    home: "measure",
    type: "decimal",
  },
];
