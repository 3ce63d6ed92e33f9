import type { SourceFreshness } from "../../service/check-freshness.ts";
import type { Card } from "../card.ts";

type Silent = SourceFreshness & { readonly since: number };

/** The key of the notice about one silence: the same silence is told once. */
export function silenceKey(silence: Silent): string {
  return `silence:${silence.sourceId}:${silence.since}`;
}

/** A source brings nothing new: what that means for the numbers, and what to do. */
export function silenceCard(silence: Silent): Card {
  return {
    title: `No new data from ${silence.source}`,
    summary:
      `${silence.source} (${silence.provider}) brought nothing new for ${silence.silentHours} h; ` +
      `${silence.allowedHours} h are usual. Costs of its days after ${silence.lastDay ?? "its last delivery"} are missing in every answer.`,
    tone: "warning",
    blocks: [{ kind: "list", caption: "What to look at", items: stepsFor(silence) }],
    actions: [{ kind: "button", label: "Status", style: "plain", command: "status" }],
    footer: [`Data through ${silence.lastDay ?? "no day"}`],
  };
}

/** The note once data came back. */
export function dataBackCard(silence: Silent): Card {
  return {
    title: `${silence.source} delivers again`,
    summary: `New data from ${silence.source} arrived; it now reaches through ${silence.lastDay ?? "no day"}.`,
    tone: "good",
    blocks: [],
    actions: [],
    footer: [`Data through ${silence.lastDay ?? "no day"}`],
  };
}

/** What becomes of the old notice, so that it alarms nobody who scrolls back to it. */
export function silenceOverCard(silence: Silent): Card {
  return { ...dataBackCard(silence), title: `No new data from ${silence.source}: resolved`, status: "Resolved" };
}

function stepsFor(silence: Silent): string[] {
  return [
    "Does the export of the provider still run, and into the same folder?",
    `Files by hand: finops ingest PATH --source ${silence.source}`,
    "Is the silence expected? Set staleAfterHours of this source in finops.yaml.",
  ];
}
