import { DIMENSIONS } from "../../src/domain/dimension.ts";

/** Ways to ask for costs that could show more than one's part. `zqlaek` is a slip of the hand near a marked name. */
export function costQuestions(): string[] {
  const periods = ["2026-03", "2026-02..2026-04"];
  const by = [...DIMENSIONS, "tag:owner", "tag:cost-center", "tag:zqlaek-key"];
  return [
    "",
    "2026-03",
    "2026-03 vs previous",
    "2026-03 vs year-ago",
    "30d by service vs previous",
    "2026-03 by service top 1",
    "2026-03 by service per day top 1",
    "2026-03 by service,region",
    "2026-03 by team,environment vs previous",
    "2026-03 by service as pie",
    "2026-03 metric billed",
    "2026-03 metric list by sub-account",
    "2026-03 metric usage by service",
    "2026-03 metric usage",
    "2026-03 in USD",
    "2026-03 in EUR by service",
    "2026-03 without tax",
    "billing 2026-03",
    "billing 2026-03 by invoice vs previous",
    "invoice AW-1",
    "2026-03 for team untagged",
    "2026-03 for service zqlaek-service",
    "2026-03 for sub-account zqlaek-alias",
    "2026-03 for sub-account zqlaek-subname",
    "2026-03 for team zqlaek-team",
    "2026-03 for tag:cost-center zqlaek-cc",
    "2026-03 for tag:owner zqlaek-owner",
    "2026-03 for provider zqlaekcloud",
    "2026-03 for service zqleak-service",
    "2026-03 for team zqleak-team by service",
    "2026-03 for resource zqleak-db by resource",
    "2026-03 for resource db-1 by resource,sub-account",
    "invoice zqleak-invoice",
    "2025-06",
    "2026-03 by zqlaek-key",
    ...by.flatMap((dimension) =>
      periods.map((period) => `${period.replace("2026-02..2026-04", "60d")} by ${dimension}`),
    ),
    ...by.map((dimension) => `2026-03 by ${dimension} top 1 vs previous`),
    ...by.map((dimension) => `2026-03 by ${dimension} per week`),
  ];
}

/** Arguments for every other command: what exists outside by its own name, and what lists. */
export const COMMAND_ARGUMENTS: Readonly<Record<string, readonly string[]>> = {
  waste: ["", "for team zqlaek-team", "for resource zqleak-eip", "for provider aws"],
  recs: ["", "list", "list all", "list mine", "propose", "approve mine", "show waste_000000000000"],
  digest: [
    "",
    "now",
    "2026-03-20",
    "list",
    "subscribe",
    "off zqlaek-digest",
    "weekly now",
    "monthly now",
    "now weekly",
    "now monthly",
  ],
  audit: ["", "--verify", "waste_000000000000"],
  budget: ["", "list", "check", "list all", "show zqlaek-budget", "remove zqlaek-budget"],
  rejects: ["", "1", "2"],
  rollback: ["1", "999"],
  source: [
    "",
    "list",
    "add aws-zqlaek --provider aws",
    "promote x --provider zqleakcloud --account zqleak-payer",
    "remove zqlaekcloud-zqleak-payer",
  ],
  people: ["", "list", "role zqlaek-person viewer", "scope zqlaek-person for team payments", "forget zqlaek-person"],
  owners: [
    "",
    "list",
    "of for team payments",
    "of everything",
    "set zqlaek-person for team payments",
    "remove everything",
  ],
  settings: ["", "theme dark", "show #zqlaek-channel everything"],
  query: [
    '{"select":{"by":"days","from":"2026-03-01","to":"2026-04-01"},"by":["service"]}',
    '{"select":{"by":"invoice","invoice":"AW-1"}}',
  ],
  allocation: ["", "list", "preview"],
  hygiene: ["", "team", "environment"],
  save: ["", "list"],
  run: ["", "zqlaek-saved"],
};

/** Said by somebody who sees everything, before anybody else asks. What a command is not there for is passed over. */
export const PLANTED: readonly string[] = [
  "recs list",
  "budget set zqleak-budget 7770000 USD for team zqleak-team each month",
  "budget check",
  "people add zqleak-person --role approver --name zqleak-name",
  "people scope zqleak-person for team zqleak-team",
  "owners set zqleak-person for team zqleak-team",
  "owners set zqleak-person everything",
  "save zqleak-saved cost 2026-03 for team zqleak-team",
  "digest subscribe zqleak-digest for team zqleak-team",
  "allocation set zqleak-rule for team zqleak-team to team by even",
  "recs approve mine",
];
