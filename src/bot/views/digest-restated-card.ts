import type { Restated, RestatedAmount } from "../../analysis/digest-restated.ts";
import type { DigestAnswer } from "../../domain/contract-operations.ts";
import { formatMoney, money } from "../../domain/money.ts";
import type { Day, Period } from "../../domain/period.ts";
import type { Card, RichText } from "../card.ts";
import { periodWords } from "./cost-words.ts";
import { periodName } from "./digest-words.ts";

/** Days named in the thread; all are in the picture. */
const BUCKETS_SHOWN = 12;

/** On the posted card: that the bills say otherwise by now, since when, and by how much. */
export function restatedStatus({ total, buckets }: Restated, on: Day): string {
  if (total.length > 0) return `Restated ${on}: ${total.map(wasWords).join(", ")}`;
  if (buckets.length === 0) return `Restated ${on}: as first posted again`;
  const days = `${buckets.length} ${buckets.length === 1 ? "bar" : "bars"} of the picture`;
  return `Restated ${on}: ${days}, the total stands`;
}

function wasWords({ was, change, currency }: RestatedAmount): string {
  return `${formatMoney(money(was, currency))} was posted, ${signed(change, currency)}`;
}

function signed(amount: string, currency: string): string {
  return formatMoney(money(amount, currency), { sign: true });
}

/** In its thread: what was said, what holds, day by day. */
export function restatedCard(digest: DigestAnswer, { total, buckets }: Restated): Card {
  const now = total.map(
    ({ was, now: is, change, currency }) =>
      `${formatMoney(money(is, currency))} instead of ${formatMoney(money(was, currency))} (${signed(change, currency)})`,
  );
  return {
    title: "Restated",
    summary:
      now.length === 0
        ? `The total of ${periodName(digest)} is what was posted first again.`
        : `The bills say ${now.join(", ")} of ${periodName(digest)}. The digest above is edited.`,
    tone: now.length === 0 ? "neutral" : "warning",
    blocks:
      buckets.length === 0
        ? []
        : [
            {
              kind: "table",
              columns: [
                { header: "Days", align: "left" },
                { header: "Posted", align: "right" },
                { header: "Now", align: "right" },
                { header: "Change", align: "right" },
              ],
              rows: buckets
                .slice(0, BUCKETS_SHOWN)
                .map(({ from, to, was, now: is, change, currency }): RichText[] => [
                  periodWords({ from, to } as Period),
                  formatMoney(money(was, currency)),
                  formatMoney(money(is, currency)),
                  signed(change, currency),
                ]),
            },
          ],
    actions: [{ kind: "button", label: "Ask it", style: "plain", command: digest.questions.total }],
    footer: [
      ...(buckets.length > BUCKETS_SHOWN ? [`And ${buckets.length - BUCKETS_SHOWN} earlier.`] : []),
      "Against what was posted first. The file in this thread is as it was then.",
    ],
  };
}
