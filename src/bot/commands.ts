import type { Command } from "./command.ts";
import { allocateCommand } from "./commands/allocate.ts";
import { auditCommand } from "./commands/audit.ts";
import { batchesCommand } from "./commands/batches.ts";
import { budgetCommand } from "./commands/budget.ts";
import { costCommand } from "./commands/cost.ts";
import { digestCommand } from "./commands/digest.ts";
import { doctorCommand } from "./commands/doctor.ts";
import { createHelpCommand } from "./commands/help.ts";
import { outboxCommand } from "./commands/outbox.ts";
import { queryCommand } from "./commands/query.ts";
import { recsCommand } from "./commands/recs.ts";
import { rejectsCommand } from "./commands/rejects.ts";
import { rollbackCommand } from "./commands/rollback.ts";
import { savingsCommand } from "./commands/savings.ts";
import { sourceCommand } from "./commands/source.ts";
import { runCommand, saveCommand, savedCommand } from "./commands/saved.ts";
import { statusCommand } from "./commands/status.ts";
import { wasteCommand } from "./commands/waste.ts";
import { hygieneCommand } from "./commands/hygiene.ts";
import { linkCommand } from "./commands/link.ts";
import { ownersCommand } from "./commands/owners.ts";
import { peopleCommand } from "./commands/people.ts";
import { shareCommand } from "./commands/share.ts";
import { settingsCommand } from "./commands/settings.ts";
import { startCommand } from "./commands/start.ts";
import { tourCommand } from "./commands/tour.ts";
import { whoamiCommand } from "./commands/whoami.ts";

/**
 * Every command of the bot, in the order help lists them. The same on every surface; what reads files of the machine
 * (fx import, ingest PATH, audit --anchors) is of the terminal alone (src/cli/commands.ts).
 */
export const COMMANDS: readonly Command[] = [
  costCommand,
  budgetCommand,
  wasteCommand,
  recsCommand,
  savingsCommand,
  auditCommand,
  digestCommand,
  hygieneCommand,
  allocateCommand,
  saveCommand,
  savedCommand,
  runCommand,
  statusCommand,
  batchesCommand,
  rejectsCommand,
  sourceCommand,
  rollbackCommand,
  doctorCommand,
  outboxCommand,
  ownersCommand,
  peopleCommand,
  whoamiCommand,
  settingsCommand,
  shareCommand,
  linkCommand,
  startCommand,
  tourCommand,
  queryCommand,
  createHelpCommand(() => COMMANDS),
];
