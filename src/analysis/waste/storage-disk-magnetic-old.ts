import { formatMoney, scale, subtract } from "../../domain/money.ts";
import { inLastDays } from "./day-mask.ts";
import { isUsage, linesWhere } from "./match-line.ts";
import { dailyArithmetic, monthlyCost, monthlyCostOf } from "./monthly-cost.ts";
import { remedyFor } from "./remedy.ts";
import type { LineAttributes, SavingPart, WasteRule } from "./rule.ts";

const STORAGE = /^EBS:VolumeUsage$/;
const STORAGE_TEXT = /Magnetic provisioned storage/i;
const REQUESTS = /^EBS:VolumeIOUsage$/;
const REQUESTS_TEXT = /million Magnetic I\/O requests/i;
const CURRENT_DAYS = 2;

/**
 * Magnetic EBS volumes bill every request. gp3 costs 1.6 times as much a GiB ($0.08 against $0.05) and nothing a request:
 * busy volumes get cheaper, which is counted; quiet ones may go to sc1 when the data is cold, which bills cannot tell.
 */
export const magneticDisk: WasteRule = {
  id: "storage.disk.magnetic_old",
  title: "Magnetic volume",
  subject: "resource",
  confidence: "A",
  looksAt: "Magnetic EBS volumes billed on one of the last two days, with their requests.",
  formula: "cost of requests less 60 % dearer storage on gp3; else unknown",
  source: "waste-rules §2, §7; EBS price file",
  options: {},
  action: "storage-class",
  risk: "L",
  effort: "1",
  ageDaysMin: 7,
  triggers: isMagnetic,
  evaluate: (resource) => {
    const storage = linesWhere(resource, isMagnetic);
    if (!storage.some((line) => inLastDays(line.activeDays, CURRENT_DAYS) !== 0n)) return null;
    const requests = linesWhere(resource, (_, line) => isUsage(line, REQUESTS, REQUESTS_TEXT));
    const dearer = scale(monthlyCostOf(resource, storage), 6n, 10n);
    const requestCost = monthlyCostOf(resource, requests);
    const saved = subtract(requestCost, dearer);
    const parts: SavingPart[] =
      saved.atoms > 0n
        ? requests.map((line) => ({
            line,
            saving: scale(monthlyCost(resource, line), saved.atoms, requestCost.atoms),
          }))
        : storage.map((line) => ({ line, saving: null }));
    return {
      parts,
      evidence: [
        { fact: "storage a month", value: formatMoney(monthlyCostOf(resource, storage)) },
        { fact: "requests a month", value: formatMoney(requestCost) },
      ],
      arithmetic:
        saved.atoms > 0n
          ? `${formatMoney(requestCost)} of requests a month less 60 % dearer storage on gp3 (${formatMoney(dearer)})`
          : `${dailyArithmetic(resource, storage)} × an unknown share: sc1 is cheaper only for cold data`,
      remedy: remedyFor(resource, (id, region) => [
        `aws ec2 create-snapshot --volume-id ${id}${region}`,
        `aws ec2 modify-volume --volume-id ${id} --volume-type gp3${region}`,
        "# Cold data of 125 GiB or more, not a boot volume: --volume-type sc1 instead.",
      ]),
      rollback: "Restore the snapshot to a new volume; a change back to magnetic is not offered.",
    };
  },
};

function isMagnetic(provider: string, line: LineAttributes): boolean {
  return provider === "aws" && isUsage(line, STORAGE, STORAGE_TEXT);
}
