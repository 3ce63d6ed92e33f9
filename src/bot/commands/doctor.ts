import { runDoctor } from "../../service/run-doctor.ts";
import type { Command } from "../command.ts";
import { checkPlatforms } from "../check-platforms.ts";
import { doctorCard } from "../views/doctor-card.ts";

export const doctorCommand: Command = {
  name: "doctor",
  summary: "checks database, disk, configuration, credentials, freshness and clock, and says what mends each",
  usage: "doctor",
  examples: ["doctor"],
  role: "analyst",
  run: async ({ ctx }) => {
    const [own, platforms] = await Promise.all([runDoctor({ ctx, input: {} }), checkPlatforms(ctx)]);
    const checks = [...own.checks, ...platforms];
    const data = { ...own, ok: checks.every(({ state }) => state !== "failed"), checks };
    return { card: doctorCard(data), data, exitCode: data.ok ? 0 : 1 };
  },
};
