import type { Inline, RichText } from "../../card.ts";
import type { TerminalOptions } from "./paint.ts";

/** Words a command in a sentence ends before: "budget list shows them", "hygiene last month, or …". */
const ENDS = /(?=\.$|\. | · |, or |; | shows | says | lists | makes | \(|\n)/;
/** Where a complaint names what to type: at its beginning, after a colon, as the next of several. */
const BEGINS = /(^|: | · |, or )/;
const RECEIPT = /^(Again|Same figure): (.+)$/;

/**
 * Text for a terminal in which every command it names can be pasted: a span of code or between backticks, the question
 * of a receipt, and in a complaint the command that mends it get the words a shell needs around them.
 */
export function typedWords(text: RichText, options: TerminalOptions, remedy = false): RichText {
  if (options.commands === undefined) return text;
  if (typeof text === "string") return typedSentence(text, options, remedy);
  return text.map((inline): Inline => {
    if (inline.kind === "code") return { ...inline, text: typed(inline.text, options) ?? inline.text };
    return inline.kind === "text" ? { ...inline, text: typedSentence(inline.text, options, false) } : inline;
  });
}

function typedSentence(text: string, options: TerminalOptions, remedy: boolean): string {
  const receipt = RECEIPT.exec(text);
  if (receipt !== null) return `${receipt[1]}: ${typed(receipt[2] ?? "", options) ?? receipt[2]}`;
  const quoted = text.replaceAll(/`([^`]+)`/g, (span, code: string) => {
    const command = typed(code, options);
    return command === null ? span : `\`${command}\``;
  });
  if (options.complaint !== true) return quoted;
  return quoted
    .split(BEGINS)
    .map((part, index) => {
      // What is wrong may begin with the word of a command: only a remedy begins with one to type.
      if (index === 0 && !remedy) return part;
      const [command = "", ...rest] = part.split(ENDS);
      const said = typed(command, options);
      return said === null ? part : said + rest.join("");
    })
    .join("");
}

/** null = it is no command of the terminal. */
function typed(
  code: string,
  { commands = [], commandPrefix = "", commandSuffix = "" }: TerminalOptions,
): string | null {
  const bare = code.startsWith(commandPrefix) ? code.slice(commandPrefix.length) : code;
  const [word = ""] = bare.split(/\s+/);
  if (!commands.includes(word)) return null;
  return `${commandPrefix}${bare}${commandSuffix}`;
}
