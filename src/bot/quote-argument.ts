/**
 * Any text as exactly one argument of a command: in double quotes, with `\` before what would end or escape them. Read
 * back by grammar/tokens.ts and by every command's own arguments.
 */
export function quoteArgument(text: string): string {
  return `"${text.replaceAll("\0", "").replaceAll(/["\\]/g, (character) => `\\${character}`)}"`;
}
