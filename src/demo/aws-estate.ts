import { AWS_ACCOUNTS, awsApps, SAVINGS_PLAN } from "./aws-apps.ts";
import { awsHistory } from "./aws-history.ts";
import { awsMeter, machine, US_EAST_1 } from "./aws-meters.ts";
import { awsShared } from "./aws-shared.ts";
import { awsWaste } from "./aws-waste.ts";
import { COMPANY } from "./company.ts";
import type { Estate } from "./estate.ts";
import { hex } from "./random.ts";

const PAYER = { id: "210044550000", name: COMPANY };
const PLAN = { description: "hour of Compute Savings Plan, 1 year, no upfront", unit: "Hours" };

/** The company on AWS: five accounts, two regions, one Savings Plan. */
export function awsEstate(hasStory: boolean): Estate {
  const waste = awsWaste();
  return {
    provider: "aws",
    providerName: "AWS",
    publisher: "AWS",
    issuer: "Amazon Web Services, Inc.",
    billingAccount: PAYER,
    billingAccountType: "Payer",
    subAccountType: "Linked Account",
    currency: "USD",
    contractThousandths: 950n,
    taxThousandths: 60n,
    taxName: "US sales tax",
    extraColumns: ["x_UsageType", "x_Operation", "x_ServiceCode"],
    resources: [...awsApps(), ...awsShared(), ...waste.resources, ...(hasStory ? awsHistory() : [])],
    commitments: [
      {
        id: SAVINGS_PLAN,
        name: "Compute Savings Plan 2026",
        type: "Compute Savings Plan",
        category: "Spend",
        unit: "USD",
        // 8 machines use $3.06432 of it every hour.
        hourlyCost: "3.6",
        rateThousandths: 720n,
        paid: "daily",
        meter: awsMeter("ComputeSavingsPlans", "ComputeSP:1yrNoUpfront", { ...PLAN, price: "3.6" }),
        account: AWS_ACCOUNTS.shared,
        region: null,
      },
    ],
    monthly: [
      {
        category: "Purchase",
        amount: "2100",
        account: null,
        meter: awsMeter("AWSSupportBusiness", "Dollar", {
          description: "month of Business Support",
          unit: "Months",
          price: "2100",
        }),
      },
      {
        category: "Credit",
        amount: "-1500",
        account: AWS_ACCOUNTS.data,
        meter: awsMeter("AmazonBedrock", "Credit", {
          description: "month: AWS Activate credit",
          unit: "Months",
          price: "1500",
        }),
      },
    ],
    corrections: [],
    planted: waste.planted,
    fleet: {
      meter: machine("m6i.large", US_EAST_1),
      account: AWS_ACCOUNTS.prod,
      region: US_EAST_1,
      type: "EC2 Instance",
      idOf: (name) => `i-${hex(`i:${name}`, 17)}`,
    },
  };
}
