import { addDays, day } from "../../src/domain/period.ts";
import type { SeedCharge } from "./seed.ts";

/** Two months of two clouds, by hand small enough to add up, with one of everything a question may meet. */
export function smallEstate(): SeedCharge[] {
  const charges: SeedCharge[] = [];
  for (let index = 0; index < 59; index += 1) {
    const on = addDays(day("2026-02-01"), index);
    const spike = index >= 40 ? "25.5" : "10.25";
    charges.push(
      {
        day: on,
        service: "Amazon RDS",
        serviceCategory: "Databases",
        region: "eu-west-1",
        subAccount: "111",
        subAccountName: "prod",
        resource: "db-1",
        resourceName: "orders",
        tags: { Team: "payments", "cost-center": "42" },
        cost: spike,
        quantity: "24",
        unit: "Hours",
      },
      {
        day: on,
        service: "Amazon S3",
        serviceCategory: "Storage",
        region: "us-east-1",
        subAccount: "222",
        subAccountName: "dev",
        resource: "bucket-1",
        tags: { team: "search", env: "dev" },
        cost: "1.000000000000000001",
        quantity: "3.5",
        unit: "GB-Mo",
      },
      {
        day: on,
        service: "Amazon S3",
        serviceCategory: "Storage",
        region: "eu-west-1",
        subAccount: "111",
        subAccountName: "prod",
        resource: "bucket-2",
        cost: "0.123456789012345678",
        rows: 24,
        quantity: "1",
        unit: "GB-Mo",
      },
      {
        day: on,
        provider: "azure",
        service: "Virtual Machines",
        serviceCategory: "Compute",
        region: "westeurope",
        subAccount: "sub-1",
        subAccountName: "Shop",
        resource: "vm-1",
        tags: { owner: "Ann", team: "payments" },
        currency: "EUR",
        cost: "4.2",
      },
    );
  }
  for (const month of ["2026-02", "2026-03"]) {
    charges.push(
      {
        day: `${month}-01`,
        days: 28,
        service: "AWS Support (Business)",
        serviceCategory: "Other",
        category: "Purchase",
        subAccount: "111",
        subAccountName: "prod",
        invoice: `AW-${month}`,
        issuer: "AWS Inc.",
        cost: "100",
      },
      {
        day: `${month}-01`,
        days: 28,
        service: "Tax",
        serviceCategory: "Other",
        category: "Tax",
        subAccount: "111",
        subAccountName: "prod",
        invoice: `AW-${month}`,
        issuer: "AWS EMEA",
        cost: "19.5",
      },
      {
        day: `${month}-15`,
        service: "Amazon RDS",
        serviceCategory: "Databases",
        category: "Credit",
        subAccount: "111",
        subAccountName: "prod",
        cost: "-7.5",
      },
    );
  }
  charges.push(
    {
      day: "2026-02-10",
      billingMonth: "2026-03",
      service: "Amazon S3",
      serviceCategory: "Storage",
      region: "us-east-1",
      chargeClass: "Correction",
      subAccount: "222",
      subAccountName: "dev",
      cost: "-0.75",
    },
    {
      day: "2026-03-01",
      days: 365,
      service: "Amazon RDS",
      serviceCategory: "Databases",
      category: "Purchase",
      commitment: "ri-1",
      subAccount: "111",
      subAccountName: "prod",
      cost: "0",
      billed: "900",
    },
    { day: "2026-03-02", service: "Invoice", category: "Adjustment", cost: "-0.004" },
    {
      day: "2026-03-03",
      provider: "azure",
      service: "Virtual Machines",
      serviceCategory: "Compute",
      currency: "EUR",
      chargeClass: "Correction",
      cost: "1.5",
      tags: { Team: "Payments" },
    },
  );
  return charges;
}
