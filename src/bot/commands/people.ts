import { ROLES, type Role } from "../../domain/actor.ts";
import { AppError } from "../../domain/errors.ts";
import { nearestWords } from "../../domain/nearest.ts";
import { NO_PEOPLE, SURFACES, type Identity, type Person } from "../../domain/person.ts";
import type { Context } from "../../service/context.ts";
import { forgetPerson } from "../../service/forget-person.ts";
import {
  addPerson,
  changeRole,
  changeScope,
  issueToken,
  linkPerson,
  listPeople,
  unlinkPerson,
} from "../../service/manage-people.ts";
import { effectByWord, type Command, type CommandAnswer } from "../command.ts";
import { parseScope } from "../grammar/parse-scope.ts";
import { forgetCard, peopleCard, personCard, tokenCard } from "../views/people-card.ts";

const USAGE = [
  "people list",
  "people add HANDLE [--role ROLE] [--name NAME]",
  "people role HANDLE viewer|analyst|approver|admin",
  "people scope HANDLE for DIM VALUE… [not DIM VALUE…] | everything",
  "people link HANDLE web|os|slack|discord NAME",
  "people unlink HANDLE web|os|slack|discord NAME",
  "people token HANDLE [--revoke]",
  "people forget HANDLE",
].join("\n");

/** `people`: who is known, what they may do and see, under which names, and their erasure. For admins. */
export const peopleCommand: Command = {
  name: "people",
  summary: "who may do and see what: roles, scopes, logins, linked names",
  usage: USAGE,
  examples: ["people list", "people role ada approver", "people scope tom for team payments"],
  role: "admin",
  effect: effectByWord({
    add: "own",
    role: "own",
    scope: "own",
    link: "own",
    unlink: "own",
    token: "own",
    forget: "own",
  }),
  run: async ({ ctx, text }) => {
    const [word = "list", ...words] = text.split(/\s+/).filter((part) => part !== "");
    const verb = VERBS[word.toLowerCase()];
    if (verb !== undefined) return verb(ctx, words);
    const near = nearestWords(word.toLowerCase(), Object.keys(VERBS))[0];
    throw new AppError("bad-input", `people does not know "${word.slice(0, 40)}".`, {
      remedy: near === undefined ? `Usage:\n${USAGE}` : `Did you mean people ${near}?`,
    });
  },
};

function unquoted(word: string): string {
  return word.replace(/^"(.*)"$/, "$1");
}

type PeopleVerb = (ctx: Context, words: readonly string[]) => Promise<CommandAnswer>;

const VERBS: Readonly<Record<string, PeopleVerb>> = {
  list: async (ctx) => {
    const data = await listPeople({ ctx, input: {} });
    return { card: peopleCard(data.people, defaultRole(ctx)), data, exitCode: 0 };
  },
  add: async (ctx, words) => {
    // A form quotes what was filled in.
    const { plain, options } = optionsOf(words.map(unquoted), ["--role", "--name"]);
    const role = options.get("--role");
    const input = {
      handle: needed(plain[0], "a handle"),
      name: options.get("--name") ?? null,
      role: role === undefined ? null : roleOf(role),
    };
    const person = await addPerson({ ctx, input });
    return changed(ctx, person, `${person.name} is known now, as ${person.role ?? defaultRole(ctx)}.`);
  },
  role: async (ctx, words) => {
    const role = roleOf(needed(words[1], "a role"));
    const person = await changeRole({ ctx, input: { who: needed(words[0], "a handle"), role } });
    return changed(ctx, person, `${person.name} is ${role} now.`);
  },
  scope: async (ctx, words) => {
    const scope = parseScope(needed(words.slice(1).join(" "), "a part of the bill"), ctx.clock.today());
    const person = await changeScope({ ctx, input: { who: needed(words[0], "a handle"), scope } });
    return changed(ctx, person, `What ${person.name} sees was changed, in every answer from now on.`);
  },
  link: async (ctx, words) => {
    const person = await linkPerson({ ctx, input: linkOf(words) });
    return changed(ctx, person, `${person.name} is known under that name too.`);
  },
  unlink: async (ctx, words) => {
    const person = await unlinkPerson({ ctx, input: linkOf(words) });
    return changed(ctx, person, `${person.name} is not known under that name any more.`);
  },
  token: async (ctx, words) => {
    const revoke = words.includes("--revoke");
    // A secret must not stand where others read it.
    if (!revoke && ctx.channel?.startsWith("@") === false) {
      throw new AppError("forbidden", "A login token is shown only in private.", {
        remedy: "Ask privately, or in the terminal.",
      });
    }
    const who = needed(
      words.find((word) => !word.startsWith("--")),
      "a handle",
    );
    const { person, token } = await issueToken({ ctx, input: { who, revoke } });
    return { card: tokenCard(person, token), data: { handle: person.handle, token }, exitCode: 0 };
  },
  forget: async (ctx, words) => {
    const { plain, options } = optionsOf(words, ["--confirm"]);
    const input = { who: needed(plain[0], "a handle"), confirm: options.get("--confirm") ?? null };
    const data = await forgetPerson({ ctx, input });
    return { card: forgetCard(data), data, exitCode: 0 };
  },
};

function changed(ctx: Context, person: Person, done: string): CommandAnswer {
  return { card: personCard(person, defaultRole(ctx), done), data: { person }, exitCode: 0 };
}

function defaultRole(ctx: Context): Role {
  return (ctx.settings.people ?? NO_PEOPLE).defaultRole;
}

function roleOf(word: string): Role {
  const role = ROLES.find((one) => one === word.toLowerCase());
  if (role !== undefined) return role;
  const near = nearestWords(word.toLowerCase(), ROLES)[0];
  throw new AppError("bad-input", `"${word.slice(0, 40)}" is no role.`, {
    remedy: near === undefined ? `There are: ${ROLES.join(", ")}.` : `Did you mean ${near}?`,
  });
}

function linkOf(words: readonly string[]): { who: string; identity: Identity } {
  const surface = SURFACES.find((one) => one === words[1]?.toLowerCase());
  if (surface === undefined) {
    throw new AppError("bad-input", "Say where they have that name.", { remedy: `One of: ${SURFACES.join(", ")}.` });
  }
  const externalId = needed(words.slice(2).join(" "), "the name there");
  return { who: needed(words[0], "a handle"), identity: { surface, externalId } };
}

function optionsOf(
  words: readonly string[],
  known: readonly string[],
): { plain: string[]; options: Map<string, string> } {
  const plain: string[] = [];
  const options = new Map<string, string>();
  let option: string | null = null;
  for (const word of words) {
    if (word.startsWith("--")) {
      if (!known.includes(word)) throw new AppError("bad-input", `people has no option ${word.slice(0, 40)} here.`);
      option = word;
    } else if (option === null) plain.push(word);
    else
      options.set(
        option,
        [options.get(option), word.replace(/^"|"$/g, "")].filter((part) => part !== undefined).join(" "),
      );
  }
  return { plain, options };
}

function needed(word: string | undefined, what: string): string {
  if (word !== undefined && word !== "") return word;
  throw new AppError("bad-input", `people needs ${what}.`, { remedy: `Usage:\n${USAGE}` });
}
