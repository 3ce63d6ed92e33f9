import { batchesCommand } from "../bot/commands/batches.ts";
import { digestCommand } from "../bot/commands/digest.ts";
import { doctorCommand } from "../bot/commands/doctor.ts";
import { rejectsCommand } from "../bot/commands/rejects.ts";
import { rollbackCommand } from "../bot/commands/rollback.ts";
import { statusCommand } from "../bot/commands/status.ts";
import { wasteCommand } from "../bot/commands/waste.ts";
import { whoamiCommand } from "../bot/commands/whoami.ts";
import type { CliCommand } from "./cli-command.ts";
import { costCli, queryCli } from "./commands/cost.ts";
import { demoCli } from "./commands/demo.ts";
import { fxCli } from "./commands/fx.ts";
import { createHelpCli } from "./commands/help.ts";
import { ingestCli } from "./commands/ingest.ts";
import { sourceCli } from "./commands/source.ts";
import { versionCli } from "./commands/version.ts";
import { fromBot } from "./from-bot.ts";

/** Every terminal command, in the order help lists them. */
export const CLI_COMMANDS: readonly CliCommand[] = [
  ingestCli,
  fromBot(batchesCommand),
  fromBot(rejectsCommand),
  fromBot(rollbackCommand),
  sourceCli,
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
