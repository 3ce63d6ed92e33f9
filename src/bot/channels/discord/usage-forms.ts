/** One thing a command takes, as its usage line writes it: a place for a value, and how the value is typed. */
export type UsagePart = {
  readonly name: string;
  /** Typed before the value: `--reason`, `for`; null = the value alone. */
  readonly before: string | null;
  readonly required: boolean;
  readonly choices: readonly string[];
  /** `switch`: there or not. `rest`: any further text, as typed. */
  readonly kind: "value" | "switch" | "rest";
  readonly syntax: string;
};
/** One way to use a command. `verb` is typed after it; null = none. `sub` names it among the others. */
export type UsageForm = {
  readonly verb: string | null;
  readonly sub: string;
  readonly parts: readonly UsagePart[];
  readonly usage: string;
};

const LITERAL = /^[a-z][a-z-]*$/;
const PLACE = /^#?[A-Z][A-Z-]*(\[,[A-Z-]+\])*…?(\|\S+)*$/;
const CHOICES = /^[a-z][a-z-]*(\|[a-z][a-z-]*)+$/;
const FLAG = /^--([a-z][a-z-]*)$/;
const ALTERNATIVE = "|";
/** What a form without a verb is called beside those that have one; the second where the first is taken. */
const BARE_NAMES = ["show", "view"] as const;
const REST: UsagePart = { name: "more", before: null, required: false, choices: [], kind: "rest", syntax: "" };

/**
 * The ways to use a command, read out of its usage text, so that what is typed and what Discord offers cannot drift apart.
 * `[…]` and `{…}` are optional, capitals stand for values, `--word` and small words before capitals are typed before them.
 */
export function usageForms(name: string, usage: string): UsageForm[] {
  const lines = usage
    .replace(/\n\s+/g, " ")
    .split("\n")
    .flatMap((line) => line.split(new RegExp(String.raw` \| (?=${name}\b)`)));
  const read = lines.map((line) => readForm(line.trim().slice(name.length).trim(), line.trim()));
  const verbs = new Set(read.flatMap(({ verb }) => (verb === null ? [] : [verb.replace(/^--/, "")])));
  const bare = BARE_NAMES.find((candidate) => !verbs.has(candidate)) ?? BARE_NAMES[1];
  const named = read.map((form) => ({ ...form, sub: form.verb === null ? bare : form.verb.replace(/^--/, "") }));
  return merged(named);
}

/** Whether the forms stand side by side under their verbs. */
export function hasVerbs(forms: readonly UsageForm[]): boolean {
  return forms.some(({ verb }) => verb !== null);
}

/** Forms of one name become one: what only some of them take is optional. */
function merged(forms: readonly UsageForm[]): UsageForm[] {
  const bySub = new Map<string, UsageForm>();
  for (const form of forms) {
    const before = bySub.get(form.sub);
    if (before === undefined) {
      bySub.set(form.sub, form);
      continue;
    }
    const parts = [
      ...before.parts,
      ...form.parts.filter((part) => !before.parts.some(({ name }) => name === part.name)),
    ];
    const everywhere = (part: UsagePart) =>
      [before, form].every((one) => one.parts.some(({ name, required }) => name === part.name && required));
    const usage = `${before.usage} | ${form.usage}`;
    bySub.set(form.sub, { ...before, usage, parts: parts.map((part) => ({ ...part, required: everywhere(part) })) });
  }
  return [...bySub.values()];
}

function readForm(text: string, usage: string): UsageForm {
  const words = groupsOf(text);
  const [first = ""] = words;
  const flagAlone = FLAG.test(first) && !PLACE.test(words[1] ?? "");
  const isVerb = (LITERAL.test(first) && !(PLACE.test(words[1] ?? "") && first === "for")) || flagAlone;
  const verb = isVerb ? first : null;
  const draft: UsagePart[] = [];
  let rest = isVerb ? words.slice(1) : words;
  while (rest.length > 0) {
    const [word = ""] = rest;
    if (word === ALTERNATIVE) {
      // What follows may stand instead of the keywords before it.
      const before = draft.splice(0).map((part) => ({ ...part, required: part.required && part.before === null }));
      draft.push(...before, { ...REST, syntax: rest.slice(1).join(" ") });
      break;
    }
    const taken = readPart(rest);
    draft.push(...taken.parts);
    rest = rest.slice(taken.length);
  }
  return { verb, sub: "", parts: unique(draft), usage };
}

type Taken = { readonly parts: readonly UsagePart[]; readonly length: number };

function readPart(words: readonly string[]): Taken {
  const [word = "", next = ""] = words;
  const inside = /^[[{](.*)[\]}]$/.exec(word)?.[1];
  if (inside !== undefined) return { parts: optional(groupsOf(inside), word), length: 1 };
  const flag = FLAG.exec(word)?.[1];
  if (flag !== undefined) return { parts: [valuePart(flag, word, next, true)], length: 2 };
  if (PLACE.test(word)) return { parts: [valuePart(nameOf(word), null, word, true)], length: 1 };
  if (CHOICES.test(word)) return { parts: [valuePart("choice", null, word, true)], length: 1 };
  if (LITERAL.test(word) && PLACE.test(next)) {
    const places = words.slice(1).findIndex((one) => !PLACE.test(one));
    const count = places === -1 ? words.length - 1 : places;
    return { parts: [valuePart(word, word, words.slice(1, 1 + count).join(" "), true)], length: 1 + count };
  }
  return { parts: [{ ...REST, syntax: words.join(" ") }], length: words.length };
}

/** What stands in brackets. */
function optional(words: readonly string[], whole: string): UsagePart[] {
  const [first = "", ...rest] = words;
  const syntax = rest.join(" ");
  const flag = FLAG.exec(first)?.[1];
  if (flag !== undefined && rest.length === 0) {
    return [{ name: flag, before: first, required: false, choices: [], kind: "switch", syntax: whole }];
  }
  if (flag !== undefined) return [valuePart(flag, first, syntax, false)];
  const keywords = first.split("|");
  if (rest.length > 0 && keywords.every((word) => LITERAL.test(word))) {
    return keywords.map((word) => valuePart(word, word, syntax, false));
  }
  // A word that may be left out anyway.
  if (rest.length === 0 && LITERAL.test(first)) return [];
  if (rest.length > 0) return [{ ...REST, syntax: words.join(" ") }];
  return [valuePart(nameOf(first), null, first, false)];
}

function valuePart(name: string, before: string | null, syntax: string, required: boolean): UsagePart {
  const choices = CHOICES.test(syntax) ? syntax.split("|") : [];
  return { name, before, required, choices, kind: "value", syntax };
}

/** `DAY|7d` → `day`, `#CHANNEL` → `channel`, `mine|all|STATE` → `state`. */
function nameOf(place: string): string {
  const words = place.split("|").map((word) => word.replace(/^#/, "").replace(/[^A-Za-z-].*$/, ""));
  return (words.find((word) => /^[A-Z]/.test(word)) ?? "choice").toLowerCase();
}

/** One option a name; a second of the same name is further text. */
function unique(parts: readonly UsagePart[]): UsagePart[] {
  return parts.filter((part, index) => parts.findIndex(({ name }) => name === part.name) === index);
}

/** Words, with what is in brackets kept together. */
function groupsOf(text: string): string[] {
  const groups: string[] = [];
  let depth = 0;
  let word = "";
  for (const character of text) {
    if (character === " " && depth === 0) {
      if (word !== "") groups.push(word);
      word = "";
      continue;
    }
    if (character === "[" || character === "{") depth += 1;
    if (character === "]" || character === "}") depth -= 1;
    word += character;
  }
  return word === "" ? groups : [...groups, word];
}
