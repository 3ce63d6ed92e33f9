import { AppError } from "../../domain/errors.ts";
import { nearestWords } from "../../domain/nearest.ts";
import { parseDay } from "../../domain/period.ts";
import { buildDigest } from "../../service/build-digest.ts";
import { listSchedules } from "../../service/list-schedules.ts";
import type { Command } from "../command.ts";
import { digestCard } from "../views/digest-card.ts";
import { schedulesCard } from "../views/schedules-card.ts";

const WORDS = ["now", "list"];

/** `digest now`, `digest 2026-11-21` (that day), `digest list` (when it comes by itself). */
export const digestCommand: Command = {
  name: "digest",
  summary: "the daily digest, now or for a day, and when it comes by itself",
  usage: "digest now | digest DAY | digest list",
  examples: ["digest now", "digest list"],
  role: "viewer",
  run: async ({ ctx, text }) => {
    const word = text.trim().toLowerCase();
    if (word === "list") {
      const { schedules } = await listSchedules({ ctx, input: {} });
      const data = { schedules: schedules.filter(({ job }) => job === "digest") };
      return { card: schedulesCard(data), data, exitCode: 0 };
    }
    const at = parseDay(word);
    if (at === null && word !== "" && word !== "now") {
      const near = nearestWords(word, WORDS, 1)[0];
      const remedy =
        near === undefined ? "Say digest now, digest list or digest 2026-11-21." : `Did you mean digest ${near}?`;
      throw new AppError("bad-input", `digest does not know "${word.slice(0, 40)}".`, { remedy });
    }
    const data = await buildDigest({ ctx, input: at === null ? {} : { day: at } });
    return { card: digestCard(data), data, exitCode: 0 };
  },
};
