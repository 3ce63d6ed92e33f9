import type { WasteExclusion } from "../../domain/waste.ts";
import type { ExclusionState } from "../../service/waste-exclusions.ts";
import type { Card } from "../card.ts";

/** What people took out of waste detection, who, why and until when. */
export function wasteExclusionsCard(exclusions: readonly ExclusionState[]): Card {
  const holding = exclusions.filter(({ holds }) => holds).length;
  return {
    title: `Waste exclusions: ${holding}`,
    summary:
      exclusions.length === 0
        ? "Nothing is excluded from waste detection by hand."
        : `${holding} ${holding === 1 ? "exclusion holds" : "exclusions hold"}, ${exclusions.length - holding} ran out.`,
    tone: "neutral",
    blocks:
      exclusions.length === 0
        ? []
        : [
            {
              kind: "table",
              columns: [
                { header: "What", align: "left" },
                { header: "Why", align: "left" },
                { header: "Who", align: "left" },
                { header: "Until", align: "left" },
                { header: "Id", align: "left" },
              ],
              rows: exclusions.map((one) => [
                exclusionText(one),
                one.reason,
                `${one.setByName}, ${one.since}`,
                one.holds ? (one.until ?? "taken back") : `${one.until} (ran out)`,
                [{ kind: "code", text: one.id }],
              ]),
            },
          ],
    actions: exclusions.slice(0, 3).map(({ id }) => ({
      kind: "button",
      label: `Include ${id} again`,
      style: "plain",
      command: `waste include ${id}`,
    })),
    footer: ["waste exclude rule RULE, resource ID, account ID or tag KEY=VALUE --reason TEXT --until DAY|30d|never"],
  };
}

/** What was just done. */
export function wasteExclusionCard(exclusion: WasteExclusion, done: "excluded" | "included"): Card {
  const what = exclusionText(exclusion);
  const until = exclusion.until === null ? "until it is taken back" : `until ${exclusion.until}`;
  return {
    title: done === "excluded" ? "Excluded from waste" : "Included in waste again",
    summary:
      done === "excluded"
        ? `${what} is left alone ${until}: ${exclusion.reason}`
        : `${what} is looked at again from now on.`,
    tone: "good",
    blocks: [],
    actions:
      done === "excluded"
        ? [{ kind: "button", label: "Take it back", style: "plain", command: `waste include ${exclusion.id}` }]
        : [],
    footer: [`Exclusion ${exclusion.id}, in the audit trail`],
  };
}

function exclusionText({ rule, resource, account, tag }: WasteExclusion): string {
  const tagText = tag === null ? null : `tag ${tag.key}${tag.value === null ? "" : `=${tag.value}`}`;
  const parts = [
    resource === null ? null : `resource ${resource}`,
    account === null ? null : `account ${account}`,
    tagText,
    rule === null ? null : `rule ${rule}`,
  ];
  return parts.filter((part) => part !== null).join(", ");
}
