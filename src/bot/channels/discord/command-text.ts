import {
  ApplicationCommandOptionType,
  type APIApplicationCommandInteractionDataBasicOption,
  type APIApplicationCommandInteractionDataOption,
} from "discord-api-types/v10";

import type { Command } from "../../command.ts";
import { CLAUSES } from "../../grammar/clauses.ts";
import { MORE_OPTION, QUESTION_COMMAND, ROOT_COMMAND, ROOT_OPTION } from "./command-definitions.ts";
import { usageForms, type UsagePart } from "./usage-forms.ts";

type Values = ReadonlyMap<string, string | number | boolean>;

/**
 * The command somebody would have typed instead of choosing options: `/budget set name:payments amount:3000` is
 * `budget set payments 3000`. One language on every surface, so Discord's options have no meaning of their own.
 */
export function commandText(
  data: { readonly name: string; readonly options?: readonly APIApplicationCommandInteractionDataOption[] },
  commands: readonly Command[],
): string {
  const options = data.options ?? [];
  const [first] = options;
  const sub = first?.type === ApplicationCommandOptionType.Subcommand ? first : null;
  const values = valuesOf(sub === null ? options : (sub.options ?? []));
  if (data.name === ROOT_COMMAND) return String(values.get(ROOT_OPTION) ?? "").trim() || "help";
  if (data.name === QUESTION_COMMAND) return joined([QUESTION_COMMAND, ...clauseTexts(values)]);
  const usage = commands.find(({ name }) => name === data.name)?.usage ?? data.name;
  const forms = usageForms(data.name, usage);
  const form = sub === null ? forms[0] : forms.find((one) => one.sub === sub.name);
  const parts = (form?.parts ?? []).filter(({ name }) => values.has(name));
  const texts = parts.map((part, index) => partText(part, values.get(part.name), index === parts.length - 1));
  return joined([data.name, form?.verb ?? "", ...texts]);
}

function valuesOf(options: readonly (APIApplicationCommandInteractionDataOption | undefined)[]): Values {
  return new Map(
    (options as readonly APIApplicationCommandInteractionDataBasicOption[]).map(({ name, value }) => [name, value]),
  );
}

function clauseTexts(values: Values): string[] {
  const clauses = CLAUSES.flatMap(({ words, option }) => {
    const value = values.get(option.name);
    if (value === undefined) return [];
    const [opening] = words;
    const text = String(value).trim();
    // "by service" typed into the option `by` is meant as said.
    const said = opening === undefined || `${text.toLowerCase()} `.startsWith(`${opening} `);
    return [said ? text : `${opening} ${text}`];
  });
  return [...clauses, String(values.get(MORE_OPTION) ?? "")];
}

function partText(part: UsagePart, value: string | number | boolean | undefined, last: boolean): string {
  if (part.kind === "switch") return value === true ? (part.before ?? "") : "";
  const text = String(value ?? "").trim();
  if (part.kind === "rest" || text === "") return text;
  const flag = part.before?.startsWith("--") === true;
  // A keyword's value is grammar of its own (`team payments`); a flag's and a name in the middle are one word each.
  const oneWord = flag || (part.before === null && !last);
  const written = oneWord ? quoted(text) : text;
  return part.before === null ? written : `${part.before} ${written}`;
}

function quoted(text: string): string {
  if (/^[\p{L}\p{N}_.:@/+#][\p{L}\p{N}_.:@/+#-]*$/u.test(text)) return text;
  return `"${text.replaceAll("\\", "\\\\").replaceAll('"', '\\"')}"`;
}

function joined(parts: readonly string[]): string {
  return parts.filter((part) => part !== "").join(" ");
}
