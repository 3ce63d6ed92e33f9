import {
  ApplicationCommandOptionType,
  type APIApplicationCommandAutocompleteInteraction,
  type APICommandAutocompleteInteractionResponseCallbackData,
} from "discord-api-types/v10";

import { CLAUSES } from "../../grammar/clauses.ts";
import { QUESTION_COMMAND, ROOT_COMMAND } from "./command-definitions.ts";
import { CHOICES_MAX, OPTION_TEXT_MAX } from "./limits.ts";
import { label } from "./render-text.ts";

type Choices = NonNullable<APICommandAutocompleteInteractionResponseCallbackData["choices"]>;

/** The option somebody is typing in. */
export type Typing = {
  readonly command: string;
  readonly option: string;
  readonly typed: string;
  /** What the same text would follow if it were typed as a command; suggestions of the language are asked with it. */
  readonly before: string;
};

/** null: nothing is being typed, which Discord does not send. */
export function typingOf({ data }: APIApplicationCommandAutocompleteInteraction): Typing | null {
  const options = data.options.flatMap((option) =>
    option.type === ApplicationCommandOptionType.Subcommand ? (option.options ?? []) : [option],
  );
  const open = options.find((option) => "focused" in option && option.focused === true);
  if (open === undefined || !("value" in open)) return null;
  const typed = String(open.value);
  if (data.name === ROOT_COMMAND) return { command: ROOT_COMMAND, option: open.name, typed, before: "" };
  return { command: data.name, option: open.name, typed, before: beforeOf(data.name, open.name) };
}

function beforeOf(command: string, option: string): string {
  const words = CLAUSES.find((clause) => clause.option.name === option)?.words ?? [];
  const opening = words[0] === undefined ? "" : `${words[0]} `;
  // Scopes are one language in every command; the question's words complete them.
  const asQuestion = command === QUESTION_COMMAND || option === "for" || option === "not";
  return asQuestion ? `${QUESTION_COMMAND} ${opening}` : "";
}

/** Suggestions as Discord takes them: what is shown, and what then stands in the option. */
export function choicesOf(
  suggested: readonly { readonly value: string; readonly about?: string }[],
  typed: string,
): Choices {
  const seen = new Set<string>();
  return suggested
    .flatMap(({ value, about = "" }) => {
      const text = value.trim();
      // A value cut short would be another one.
      if (text === "" || text.length > OPTION_TEXT_MAX || seen.has(text) || text === typed) return [];
      seen.add(text);
      const name = about === "" ? text : `${text} – ${about}`;
      return [{ name: label(name, OPTION_TEXT_MAX), value: text }];
    })
    .slice(0, CHOICES_MAX);
}
