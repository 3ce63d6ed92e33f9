import type { Command } from "./command.ts";
import { doctorCommand } from "./commands/doctor.ts";
import { createHelpCommand } from "./commands/help.ts";
import { statusCommand } from "./commands/status.ts";
import { wasteCommand } from "./commands/waste.ts";
import { whoamiCommand } from "./commands/whoami.ts";

/** Every command of the bot, in the order help lists them. The same on every surface. */
export const COMMANDS: readonly Command[] = [
  wasteCommand,
  statusCommand,
  doctorCommand,
  whoamiCommand,
  createHelpCommand(() => COMMANDS),
];
