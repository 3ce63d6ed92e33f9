import { digestCommand } from "../bot/commands/digest.ts";
import { doctorCommand } from "../bot/commands/doctor.ts";
import { statusCommand } from "../bot/commands/status.ts";
import { wasteCommand } from "../bot/commands/waste.ts";
import { whoamiCommand } from "../bot/commands/whoami.ts";
import type { CliCommand } from "./cli-command.ts";
import { costCli, queryCli } from "./commands/cost.ts";
import { demoCli } from "./commands/demo.ts";
import { fxCli } from "./commands/fx.ts";
import { createHelpCli } from "./commands/help.ts";
import { ingestCli } from "./commands/ingest.ts";
import { versionCli } from "./commands/version.ts";
import { fromBot } from "./from-bot.ts";

/** Every terminal command, in the order help lists them. */
export const CLI_COMMANDS: readonly CliCommand[] = [
  ingestCli,
  costCli,
  queryCli,
  fromBot(wasteCommand),
  fromBot(digestCommand),
  fxCli,
  fromBot(statusCommand),
  fromBot(doctorCommand),
  fromBot(whoamiCommand),
  demoCli,
  createHelpCli(() => CLI_COMMANDS),
  versionCli,
];
