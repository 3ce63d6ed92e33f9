import { plainUsageType } from "./match-line.ts";
import type { LineAttributes } from "./rule.ts";

/** What machine a line pays for, when it is of an old generation. */
export type OldMachine = {
  /** Key of the price table: "aws:m4", "rds:r4", "cache:t2", "gcp:n1", "azure:Dv2-memory". */
  readonly family: string;
  readonly size: string | null;
  /** As the bill names it: "m4.large", "N1 Predefined Instance Core", "D2 v2". */
  readonly shown: string;
};

const EC2 =
  /^(?:BoxUsage|DedicatedUsage|HeavyUsage):((t1|t2|m[1-4]|c1|c[3-4]|cc2|cr1|r[3-4]|i2|d2|g[2-3]s?|p2|hs1|x1)\.(\w+))$/;
const EC2_TEXT =
  /\b(?:On Demand|Dedicated)\b.*\b((t1|t2|m[1-4]|c1|c[3-4]|cc2|cr1|r[3-4]|i2|d2|g[2-3]s?|p2|hs1|x1)\.(\w+)) Instance Hour/i;
const RDS =
  /^(?:Multi-AZ(?:Cluster)?Usage|InstanceUsage(?:IOOptimized)?|HeavyUsage):?.*\bdb\.((t2|m[1-4]|r[3-4])\.(\w+))/;
const CACHE = /^NodeUsage:cache\.((t2|m[1-4]|r[3-4])\.(\w+))$/;

/** The old AWS machine a line pays for, or null. */
export function oldAwsMachine(line: LineAttributes): OldMachine | null {
  const usage = plainUsageType(line);
  if (usage === null) return named("aws", line.description === null ? null : EC2_TEXT.exec(line.description));
  return named("aws", EC2.exec(usage)) ?? named("rds", RDS.exec(usage)) ?? named("cache", CACHE.exec(usage));
}

function named(prefix: string, match: RegExpExecArray | null): OldMachine | null {
  const [, type, family, size] = match ?? [];
  if (type === undefined || family === undefined) return null;
  return {
    family: `${prefix}:${family.toLowerCase()}`,
    size: size ?? null,
    shown: prefix === "aws" ? type : `${prefix === "rds" ? "db" : "cache"}.${type}`,
  };
}

const GCP_N1 = /^N1 (?:Predefined )?Instance (?:Core|Ram)\b/i;
const GCP_G1 = /^Small Instance with 1 VCPU/i;

/** The old Google Cloud machine a line pays for. f1-micro is left out: its successor is not cheaper. */
export function oldGcpMachine(line: LineAttributes): OldMachine | null {
  const text = line.description ?? line.skuMeter ?? "";
  if (GCP_N1.test(text)) return { family: "gcp:n1", size: null, shown: "n1" };
  return GCP_G1.test(text) ? { family: "gcp:g1", size: "small", shown: "g1-small" } : null;
}

/** "D2 v2/DS2 v2", "A3", "F4/F4s", "DS13 v2"; a trailing " Spot" or " Low Priority" is priced otherwise and left out. */
const AZURE = /^(A|DS?|F)(\d+)m?(?: (v\d))?(?:\/\S+(?: v\d)?)?$/;

/** The old Azure machine a meter pays for. D v3 is left out: its successor costs the same. */
export function oldAzureMachine(line: LineAttributes): OldMachine | null {
  const meter = line.meterName?.trim() ?? "";
  const [, letters, number, version] = AZURE.exec(meter) ?? [];
  if (letters === undefined || number === undefined) return null;
  const size = Number(number);
  const memory = letters === "A" ? size >= 5 : size >= 11;
  const family = `${letters.charAt(0)}${version ?? ""}`;
  const known = version === undefined ? ["A", "D", "F"].includes(family) && size >= 2 : family === "Dv2" && size >= 2;
  return known
    ? { family: `azure:${family}${memory && letters !== "F" ? "-memory" : ""}`, size: number, shown: meter }
    : null;
}
