import type { StatusAnswer } from "../../domain/contract-operations.ts";
import type { Block, Card } from "../card.ts";

/** Places named where cards wait; all of them: outbox list. */
const PLACES_SHOWN_MAX = 3;

/** How the installation stands, worst first. */
export function statusCard(status: StatusAnswer): Card {
  const troubles = troublesOf(status);
  const sources = `${status.sources.length} ${status.sources.length === 1 ? "source" : "sources"}`;
  return {
    title: "Status",
    summary: troubles.length === 0 ? `${sources}, everything runs.` : `${sources}. ${troubles.join(" ")}`,
    tone: troubles.length === 0 ? "good" : "warning",
    blocks: [
      ...troubles.map((text): Block => ({ kind: "note", tone: "warning", text })),
      ...sourceBlocks(status),
      ...batchBlocks(status),
      scheduleBlock(status),
      {
        kind: "facts",
        facts: [
          { label: "Waiting", value: `${status.runs.queued} runs, ${waitingText(status.outbox)}` },
          { label: "Given up", value: `${status.runs.failed} runs, ${status.outbox.dead.length} cards` },
          {
            label: "Rollups",
            value: `version ${status.rollups.version}, ${status.rollups.outdatedBatches} batches to rebuild`,
          },
        ],
      },
    ],
    actions: [{ kind: "button", label: "Check everything", style: "plain", command: "doctor" }],
    footer: [],
  };
}

/** "3 cards (slack:C1 2, finops 1)": where they wait, the first few places. */
function waitingText({ waiting, places }: StatusAnswer["outbox"]): string {
  const where = places.filter((place) => place.waiting > 0).map((place) => `${place.place} ${place.waiting}`);
  const shown = where.slice(0, PLACES_SHOWN_MAX).join(", ");
  if (shown === "") return `${waiting} cards`;
  return `${waiting} cards (${shown}${where.length > PLACES_SHOWN_MAX ? ", …" : ""})`;
}

function troublesOf(status: StatusAnswer): string[] {
  const stale = status.sources.filter((source) => source.stale);
  const failed = status.schedules.filter((schedule) => schedule.last?.status === "failed");
  return [
    ...stale.map((source) => `${source.source} brought nothing new for ${source.silentHours} h.`),
    ...failed.map((schedule) => `${schedule.name} failed: ${schedule.last?.note ?? ""}`),
    ...status.outbox.places
      .filter(({ refusedSince }) => refusedSince !== null)
      .map(({ place, reason, waiting }) => `${place} cannot be written to (${reason ?? ""}); ${waiting} cards wait.`),
    ...status.outbox.dead.map((card) => `A card to ${card.channel} could not be delivered: ${card.error}`),
  ];
}

function sourceBlocks(status: StatusAnswer): Block[] {
  if (status.sources.length === 0) return [{ kind: "note", tone: "neutral", text: "No bills yet: finops ingest PATH" }];
  return [
    {
      kind: "table",
      caption: "Sources",
      columns: [
        { header: "Source", align: "left" },
        { header: "Newest day", align: "left" },
        { header: "Last new data", align: "right" },
      ],
      rows: status.sources.map((source) => [
        source.source,
        source.lastDay ?? "–",
        source.silentHours === null ? "never" : `${source.silentHours} h ago${source.stale ? " (late)" : ""}`,
      ]),
    },
  ];
}

function batchBlocks(status: StatusAnswer): Block[] {
  if (status.batches.length === 0) return [];
  return [
    {
      kind: "table",
      caption: "Last batches",
      columns: [
        { header: "Batch", align: "left" },
        { header: "Source", align: "left" },
        { header: "Month", align: "left" },
        { header: "State", align: "left" },
        { header: "Rows", align: "right" },
        { header: "Rejects", align: "right" },
      ],
      rows: status.batches.map((batch) => [
        batch.id,
        batch.source,
        batch.billingMonth,
        batch.status,
        batch.rowsStored.toLocaleString("en-US"),
        batch.rejects.toLocaleString("en-US"),
      ]),
    },
  ];
}

function scheduleBlock(status: StatusAnswer): Block {
  return {
    kind: "table",
    caption: "Schedules",
    columns: [
      { header: "Schedule", align: "left" },
      { header: "Next (UTC)", align: "left" },
      { header: "Last", align: "left" },
    ],
    rows: status.schedules.map((schedule) => [
      schedule.name,
      shortInstant(schedule.next),
      schedule.last === null ? "–" : `${schedule.last.status} ${shortInstant(schedule.last.due)}`,
    ]),
  };
}

/** `2026-11-22T08:00:00.000Z` → `2026-11-22 08:00`. */
export function shortInstant(iso: string): string {
  return iso.slice(0, 16).replace("T", " ");
}
