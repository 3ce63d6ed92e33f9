import type { Card } from "../../src/bot/card.ts";
import { addDays, day } from "../../src/domain/period.ts";

const services = ["Amazon EC2", "Amazon RDS", "Amazon S3", "BigQuery"] as const;
const first = day("2026-03-01");

/** A cost answer with everything a card may carry, as commands make them. */
export const costCardSample: Card = {
  title: "Effective cost by service · 1–31 March 2026",
  summary: "$48,213 in March, +8.2 % on February: RDS eu-west-1 +$2,140, EC2 us-east-1 +$1,320.",
  tone: "neutral",
  blocks: [
    {
      kind: "chart",
      alt: "Daily cost 1–31 March, about $1,550 a day; EC2 is the largest part and rises from the 18th.",
      chart: {
        kind: "cost-over-time",
        title: "Effective cost by service",
        subtitle: "1–31 March 2026, per day",
        currency: "USD",
        grain: "day",
        form: "area",
        provisionalFrom: day("2026-03-30"),
        points: services.flatMap((series, rank) =>
          Array.from({ length: 31 }, (_, index) => ({
            start: addDays(first, index),
            series,
            amount: String(
              Math.round((900 / (rank + 1)) * (1 + 0.15 * Math.sin(index / 3 + rank)) + index * (4 - rank)),
            ),
          })),
        ),
      },
    },
    {
      kind: "facts",
      facts: [
        { label: "Total", value: "$48,213.07" },
        { label: "Change", value: "+$3,655 (+8.2 %)" },
        { label: "Per day", value: "$1,555" },
        { label: "Data through", value: "29 March" },
      ],
    },
    {
      kind: "table",
      columns: [
        { header: "Service", align: "left" },
        { header: "Cost", align: "right" },
        { header: "Share", align: "right" },
        { header: "Change", align: "right" },
      ],
      rows: [
        ["Amazon EC2", "$28,120.44", "58.3 %", "+$1,320"],
        ["Amazon RDS", "$12,004.18", "24.9 %", "+$2,140"],
        ["Amazon S3", "$5,960.02", "12.4 %", "+$102"],
        ["BigQuery", "$2,128.43", "4.4 %", "+$93"],
      ],
      totals: ["Total", "$48,213.07", "100 %", "+$3,655"],
    },
    { kind: "note", tone: "warning", text: "30–31 March are provisional: AWS still delivers those days." },
  ],
  actions: [
    { kind: "button", label: "By region", style: "primary", command: "cost last month by region" },
    { kind: "button", label: "Per day", style: "plain", command: "cost last month by service per day" },
    {
      kind: "button",
      label: "Only RDS",
      style: "plain",
      command: 'cost last month by resource for service "Amazon RDS"',
    },
  ],
  footer: [
    "Effective cost, USD, 1–31 March 2026 (UTC days), everything included.",
    "Data through 29 March: aws 29 March, gcp 30 March.",
    "128,412 rows, 3 rejected.",
    "cost last month by service vs previous",
  ],
};

/** Text that tries to be more than text, in every place a card has. */
export const hostileCardSample: Card = {
  title: '<script>window.pwned = "title"</script> @everyone',
  summary: '<img src=x onerror="window.pwned=1"> \u202Egnp.exe',
  tone: "bad",
  blocks: [
    {
      kind: "facts",
      facts: [{ label: "<b>label</b>", value: [{ kind: "link", text: "click", href: "javascript:window.pwned=2" }] }],
    },
    { kind: "list", items: ["<svg onload=window.pwned=3>", "x".repeat(100_000)] },
    { kind: "note", tone: "warning", text: [{ kind: "code", text: "</code><script>window.pwned=4</script>" }] },
    {
      kind: "table",
      columns: [{ header: "<script>", align: "left" }],
      rows: [['=HYPERLINK("http://x")']],
      totals: ["$1.00"],
    },
  ],
  actions: [{ kind: "button", label: "<i>go</i>", style: "plain", command: "help" }],
  footer: ["<script>window.pwned=5</script>"],
};
