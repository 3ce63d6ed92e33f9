import { runDoctor } from "../../service/run-doctor.ts";
import type { Command } from "../command.ts";
import { doctorCard } from "../views/doctor-card.ts";

export const doctorCommand: Command = {
  name: "doctor",
  summary: "checks database, disk, configuration, credentials, freshness and clock, and says what mends each",
  usage: "doctor",
  examples: ["doctor"],
  role: "analyst",
  run: async ({ ctx }) => {
    const data = await runDoctor({ ctx, input: {} });
    return { card: doctorCard(data), data, exitCode: data.ok ? 0 : 1 };
  },
};
