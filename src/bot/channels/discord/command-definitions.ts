import { createHash } from "node:crypto";

import {
  ApplicationCommandOptionType,
  ApplicationIntegrationType,
  InteractionContextType,
  type APIApplicationCommandBasicOption,
  type APIApplicationCommandOption,
  type RESTPutAPIApplicationCommandsJSONBody,
} from "discord-api-types/v10";

import { TOP_MAX } from "../../../domain/cost-query.ts";
import type { Command } from "../../command.ts";
import type { Clause } from "../../grammar/clause.ts";
import { CLAUSES } from "../../grammar/clauses.ts";
import { CHOICES_MAX, COMMAND_DESCRIPTION_MAX } from "./limits.ts";
import { OPTION_WORDS } from "./option-words.ts";
import { label } from "./render-text.ts";
import { hasVerbs, usageForms, type UsagePart } from "./usage-forms.ts";

/** The command that takes anything anybody could type. */
export const ROOT_COMMAND = "finops";
export const ROOT_OPTION = "command";
/** The question has options for its clauses; every other command has those its usage names. */
export const QUESTION_COMMAND = "cost";
export const MORE_OPTION = "more";
const TEXT_MAX = 1_500;

export type CommandDefinition = RESTPutAPIApplicationCommandsJSONBody[number];

/** Everything Discord offers under `/`, generated from the commands and the grammar: nothing here is written twice. */
export function commandDefinitions(commands: readonly Command[]): CommandDefinition[] {
  const root = definition(ROOT_COMMAND, "Anything you would type: cost last month by service", [
    textOption(ROOT_OPTION, "A command, as help shows it; nothing = help", { autocomplete: true }),
  ]);
  return [root, ...commands.map(commandDefinition)];
}

/** Changes whenever what is registered would. */
export function definitionsHash(definitions: readonly CommandDefinition[]): string {
  return createHash("sha256").update(JSON.stringify(definitions)).digest("hex");
}

function commandDefinition({ name, summary, usage }: Command): CommandDefinition {
  if (name === QUESTION_COMMAND) {
    return definition(name, summary, [...CLAUSES.map(clauseOption), moreOption("Anything else, as you would type it")]);
  }
  const forms = usageForms(name, usage);
  if (!hasVerbs(forms))
    return definition(
      name,
      summary,
      forms.flatMap(({ parts }) => partOptions(parts)),
    );
  const subcommands = forms.map((form): APIApplicationCommandOption => {
    const options = partOptions(form.parts);
    return {
      type: ApplicationCommandOptionType.Subcommand,
      name: form.sub,
      description: label(form.usage, COMMAND_DESCRIPTION_MAX),
      ...(options.length === 0 ? {} : { options }),
    };
  });
  return definition(name, summary, subcommands);
}

function definition(name: string, summary: string, options: readonly APIApplicationCommandOption[]): CommandDefinition {
  return {
    name,
    description: label(`${summary.charAt(0).toUpperCase()}${summary.slice(1)}`, COMMAND_DESCRIPTION_MAX),
    // In servers and in private talks with the bot; never in other people's conversations.
    contexts: [InteractionContextType.Guild, InteractionContextType.BotDM],
    integration_types: [ApplicationIntegrationType.GuildInstall],
    ...(options.length === 0 ? {} : { options: [...options] }),
  };
}

function clauseOption({ id, option, summary, syntax }: Clause): APIApplicationCommandBasicOption {
  const description = label(summary, COMMAND_DESCRIPTION_MAX, syntax);
  if (option.integer === true) {
    const type = ApplicationCommandOptionType.Integer;
    return { type, name: option.name, description, min_value: 1, max_value: TOP_MAX };
  }
  const choices = option.choices ?? [];
  if (choices.length > 0 && choices.length <= CHOICES_MAX)
    return choiceOption(option.name, description, choices, false);
  return textOption(option.name, description, { autocomplete: COMPLETED_CLAUSES.has(id) });
}

/** Clauses something can be suggested for. */
const COMPLETED_CLAUSES: ReadonlySet<string> = new Set(["period", "by", "for", "not", "vs", "in", "billing"]);
/** Options of other commands something can be suggested for. */
const COMPLETED_PARTS: ReadonlySet<string> = new Set([
  "for",
  "not",
  "name",
  "id",
  "command",
  "channel",
  "rule",
  "topic",
]);

/** Discord wants what is required first. */
function partOptions(parts: readonly UsagePart[]): APIApplicationCommandBasicOption[] {
  return [...parts.filter(({ required }) => required), ...parts.filter(({ required }) => !required)].map(partOption);
}

function partOption({ name, syntax, kind, choices, required }: UsagePart): APIApplicationCommandBasicOption {
  const words = OPTION_WORDS[name];
  const description = label(words ?? (syntax === "" ? name : syntax), COMMAND_DESCRIPTION_MAX);
  if (kind === "rest") return moreOption(syntax === "" ? description : `${OPTION_WORDS[MORE_OPTION]}: ${syntax}`);
  if (kind === "switch") return { type: ApplicationCommandOptionType.Boolean, name, description, required };
  if (choices.length > 0 && choices.length <= CHOICES_MAX) return choiceOption(name, description, choices, required);
  return textOption(name, description, { autocomplete: COMPLETED_PARTS.has(name), required });
}

function choiceOption(
  name: string,
  description: string,
  choices: readonly string[],
  required: boolean,
): APIApplicationCommandBasicOption {
  const type = ApplicationCommandOptionType.String;
  return { type, name, description, required, choices: choices.map((word) => ({ name: word, value: word })) };
}

function moreOption(description: string): APIApplicationCommandBasicOption {
  return textOption(MORE_OPTION, description, {});
}

function textOption(
  name: string,
  description: string,
  { autocomplete = false, required = false }: { readonly autocomplete?: boolean; readonly required?: boolean },
): APIApplicationCommandBasicOption {
  const base = {
    type: ApplicationCommandOptionType.String,
    name,
    description: label(description, COMMAND_DESCRIPTION_MAX),
    required,
    max_length: TEXT_MAX,
  } as const;
  return autocomplete ? { ...base, autocomplete } : base;
}
