import { doctorCommand } from "../bot/commands/doctor.ts";
import { statusCommand } from "../bot/commands/status.ts";
import { wasteCommand } from "../bot/commands/waste.ts";
import { whoamiCommand } from "../bot/commands/whoami.ts";
import type { CliCommand } from "./cli-command.ts";
import { createHelpCli } from "./commands/help.ts";
import { ingestCli } from "./commands/ingest.ts";
import { versionCli } from "./commands/version.ts";
import { fromBot } from "./from-bot.ts";

/** Every terminal command, in the order help lists them. */
export const CLI_COMMANDS: readonly CliCommand[] = [
  ingestCli,
  fromBot(wasteCommand),
  fromBot(statusCommand),
  fromBot(doctorCommand),
  fromBot(whoamiCommand),
  createHelpCli(() => CLI_COMMANDS),
  versionCli,
];
