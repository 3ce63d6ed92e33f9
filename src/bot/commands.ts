import type { Command } from "./command.ts";
import { createHelpCommand } from "./commands/help.ts";
import { whoamiCommand } from "./commands/whoami.ts";

/** Every command of the bot, in the order help lists them. The same on every surface. */
export const COMMANDS: readonly Command[] = [createHelpCommand(() => COMMANDS), whoamiCommand];
