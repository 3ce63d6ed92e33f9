import { allocateCommand } from "../bot/commands/allocate.ts";
import { auditCommand } from "../bot/commands/audit.ts";
import { batchesCommand } from "../bot/commands/batches.ts";
import { budgetCommand } from "../bot/commands/budget.ts";
import { digestCommand } from "../bot/commands/digest.ts";
import { doctorCommand } from "../bot/commands/doctor.ts";
import { hygieneCommand } from "../bot/commands/hygiene.ts";
import { outboxCommand } from "../bot/commands/outbox.ts";
import { recsCommand } from "../bot/commands/recs.ts";
import { rejectsCommand } from "../bot/commands/rejects.ts";
import { rollbackCommand } from "../bot/commands/rollback.ts";
import { runCommand, saveCommand, savedCommand } from "../bot/commands/saved.ts";
import { savingsCommand } from "../bot/commands/savings.ts";
import { sourceCommand } from "../bot/commands/source.ts";
import { statusCommand } from "../bot/commands/status.ts";
import { tourCommand } from "../bot/commands/tour.ts";
import { wasteCommand } from "../bot/commands/waste.ts";
import { linkCommand } from "../bot/commands/link.ts";
import { ownersCommand } from "../bot/commands/owners.ts";
import { peopleCommand } from "../bot/commands/people.ts";
import { settingsCommand } from "../bot/commands/settings.ts";
import { startCommand } from "../bot/commands/start.ts";
import { whoamiCommand } from "../bot/commands/whoami.ts";
import type { CliCommand } from "./cli-command.ts";
import { costCli, queryCli } from "./commands/cost.ts";
import { demoCli } from "./commands/demo.ts";
import { discordCli } from "./commands/discord.ts";
import { fxCli } from "./commands/fx.ts";
import { createHelpCli } from "./commands/help.ts";
import { ingestCli } from "./commands/ingest.ts";
import { slackCli } from "./commands/slack.ts";
import { versionCli } from "./commands/version.ts";
import { fromBot } from "./from-bot.ts";

/** Every terminal command, in the order help lists them. */
export const CLI_COMMANDS: readonly CliCommand[] = [
  ingestCli,
  fromBot(batchesCommand),
  fromBot(rejectsCommand),
  fromBot(rollbackCommand),
  fromBot(sourceCommand, { readsOptions: true }),
  costCli,
  queryCli,
  fromBot(saveCommand),
  fromBot(runCommand),
  fromBot(savedCommand),
  fromBot(budgetCommand),
  fromBot(wasteCommand, { readsOptions: true }),
  fromBot(recsCommand, { readsOptions: true }),
  fromBot(savingsCommand),
  fromBot(auditCommand, { readsOptions: true }),
  fromBot(digestCommand),
  fromBot(hygieneCommand),
  fromBot(allocateCommand),
  fxCli,
  fromBot(statusCommand),
  fromBot(doctorCommand),
  discordCli,
  fromBot(outboxCommand),
  fromBot(ownersCommand, { readsOptions: true }),
  fromBot(peopleCommand, { readsOptions: true }),
  fromBot(whoamiCommand),
  fromBot(settingsCommand),
  fromBot(linkCommand),
  fromBot(startCommand),
  fromBot(tourCommand),
  slackCli,
  demoCli,
  createHelpCli(() => CLI_COMMANDS),
  versionCli,
];
