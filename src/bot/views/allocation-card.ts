import { describeFilter } from "../../analysis/describe-filter.ts";
import type { AllocationRule } from "../../domain/allocation.ts";
import { formatMoney, money, parseAtoms } from "../../domain/money.ts";
import type { Day } from "../../domain/period.ts";
import { daysText } from "../../domain/question-text.ts";
import type { AllocationChange } from "../../service/set-allocation.ts";
import type { Allocation } from "../../service/show-allocation.ts";
import type { Block, Card, RichText } from "../card.ts";
import { periodWords } from "./cost-words.ts";
import { amounts } from "./digest-words.ts";

const ROWS_SHOWN = 15;

/** Costs with shared charges spread: as tagged, what moved, and what it comes to. */
export function allocationCard(allocation: Allocation): Card {
  const moved = allocation.rows.some(({ gave }) => gave !== "0");
  return {
    title: `Cost by ${allocation.to} with shared charges spread, ${periodWords(allocation.period)}`,
    summary: `${amounts(allocation.total)}, the same before and after.${moved ? "" : " No rule moves anything."}`,
    tone: "neutral",
    blocks: [tableOf(allocation)],
    actions: [
      {
        kind: "button",
        label: "As a cost answer",
        style: "primary",
        command: `cost ${daysText(allocation.period.from, allocation.period.to)} by ${allocation.to} allocated`,
      },
      { kind: "button", label: "The rules", style: "plain", command: "allocate list" },
    ],
    footer: [...allocation.notes, "Effective cost. Shares are of the usage of the whole calendar month."],
  };
}

function tableOf({ rows, to, total }: Allocation): Block {
  const shown = [...rows].sort(
    (a, b) => Number(b.gave !== "0" || b.took !== "0") - Number(a.gave !== "0" || a.took !== "0"),
  );
  // Where nothing moves, columns of nothing only hide that.
  const moves = rows.some(({ gave, took }) => gave !== "0" || took !== "0");
  return {
    kind: "table",
    columns: [
      { header: to, align: "left" },
      { header: "As tagged", align: "right" },
      ...(moves ? [{ header: "Moved", align: "right" } as const, { header: "After", align: "right" } as const] : []),
    ],
    rows: shown
      .slice(0, ROWS_SHOWN)
      .map(({ name, currency, tagged, gave, took, after }): RichText[] => [
        name ?? "untagged",
        formatMoney(money(tagged, currency)),
        ...(moves
          ? [
              formatMoney({ atoms: parseAtoms(took) - parseAtoms(gave), currency }, { sign: true }),
              [{ kind: "strong", text: formatMoney(money(after, currency)) } as const],
            ]
          : []),
      ]),
    totals: ["Total", amounts(total), ...(moves ? ["0", amounts(total)] : [])],
  };
}

/** What would move, before anything is saved; the button carries what was seen. */
export function previewCard(
  { rule, preview, mark }: Extract<AllocationChange, { kind: "preview" }>,
  words: string,
): Card {
  return {
    title: `What ${rule.name} would move`,
    summary: `Nothing is saved yet. Had ${ruleWords(rule)} held in ${periodWords(preview.period)}, this would have moved; the total stays ${amounts(preview.total)}.`,
    tone: "neutral",
    blocks: [tableOf(preview)],
    actions: [
      { kind: "button", label: `Save it from ${rule.from}`, style: "primary", command: `${words} confirm ${mark}` },
      { kind: "button", label: "The rules", style: "plain", command: "allocate list" },
    ],
    footer: [...preview.notes],
  };
}

export function ruleSavedCard(rule: AllocationRule): Card {
  return {
    title: `Rule ${rule.name} holds`,
    summary: `From ${rule.from ?? "ever"} on: ${ruleWords(rule)}.`,
    tone: "good",
    blocks: [],
    actions: [
      { kind: "button", label: "See it", style: "primary", command: `allocate show ${rule.to} this month` },
      {
        kind: "button",
        label: "Remove it",
        style: "plain",
        command: `allocate remove ${rule.name} ${rule.from ?? ""}`.trim(),
      },
    ],
    footer: ["What was answered about days before stays as it was."],
  };
}

export function ruleRemovedCard({ name, on }: { name: string; on: Day }): Card {
  return {
    title: `Rule ${name} ends`,
    summary: `${name} spreads nothing from ${on} on; days before stay as they were.`,
    tone: "neutral",
    blocks: [],
    actions: [{ kind: "button", label: "The rules", style: "plain", command: "allocate list" }],
    footer: [],
  };
}

/** Every rule and its days. */
export function rulesCard(rules: readonly AllocationRule[]): Card {
  return {
    title: "Allocation rules",
    summary:
      rules.length === 0
        ? "No shared charges are spread. Look first at what a rule would move: allocate set platform for team platform to team by cost"
        : `${rules.length} ${rules.length === 1 ? "version" : "versions"} of rules.`,
    tone: "neutral",
    blocks:
      rules.length === 0
        ? []
        : [
            {
              kind: "table",
              columns: [
                { header: "Rule", align: "left" },
                { header: "Spreads", align: "left" },
                { header: "Days", align: "left" },
              ],
              rows: rules.map((rule): RichText[] => [
                [{ kind: "strong", text: rule.name }],
                ruleWords(rule),
                `${rule.from ?? "always"}${rule.until === null ? "" : ` to ${rule.until}`}${rule.origin === "config" ? " (finops.yaml)" : ""}`,
              ]),
            },
          ],
    actions: [
      { kind: "button", label: "See what they do", style: "primary", command: "allocate show team last month" },
    ],
    footer: [],
  };
}

function ruleWords({ scope, to, by, shares }: AllocationRule): string {
  const fixed = Object.entries(shares).map(([name, weight]) => `${name} ${weight}`);
  const how = by === "cost" ? "in proportion to own usage" : by === "even" ? "evenly" : `as ${fixed.join(", ")}`;
  return `${describeFilter(scope)} over every ${to}, ${how}`;
}
