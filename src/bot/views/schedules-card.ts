import type { ScheduleList } from "../../domain/contract-operations.ts";
import type { Card } from "../card.ts";
import { shortInstant } from "./status-card.ts";

/** Digests and when they come. */
export function schedulesCard({ schedules }: ScheduleList): Card {
  const [first] = schedules.toSorted((a, b) => (a.next < b.next ? -1 : 1));
  return {
    title: "Digests",
    summary:
      first === undefined
        ? "No digest is scheduled."
        : `${schedules.length} scheduled, the next at ${shortInstant(first.next)} UTC to ${first.channel ?? "nowhere"}.`,
    tone: "neutral",
    blocks: [
      {
        kind: "table",
        columns: [
          { header: "Digest", align: "left" },
          { header: "When", align: "left" },
          { header: "Channel", align: "left" },
          { header: "Next (UTC)", align: "left" },
          { header: "Last", align: "left" },
        ],
        rows: schedules.map((schedule) => [
          schedule.name,
          [
            { kind: "code", text: schedule.cron },
            { kind: "text", text: ` ${schedule.timeZone}` },
          ],
          schedule.channel ?? "–",
          shortInstant(schedule.next),
          schedule.last === null
            ? "–"
            : `${schedule.last.status} ${shortInstant(schedule.last.due)}${schedule.last.late ? " (late)" : ""}`,
        ]),
      },
    ],
    actions: [{ kind: "button", label: "Digest now", style: "primary", command: "digest now" }],
    footer: [],
  };
}
