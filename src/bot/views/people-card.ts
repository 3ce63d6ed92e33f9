import { describeFilter } from "../../analysis/describe-filter.ts";
import type { Role } from "../../domain/actor.ts";
import type { Owner, Person } from "../../domain/person.ts";
import type { ForgetAnswer } from "../../service/forget-person.ts";
import type { Card } from "../card.ts";

const PEOPLE_SHOWN = 60;
const plainCard = { tone: "neutral", blocks: [], actions: [], footer: [] } as const;

export function peopleCard(people: readonly Person[], defaultRole: Role): Card {
  const count = people.length === 1 ? "1 person" : `${people.length} people`;
  return {
    ...plainCard,
    title: "People",
    summary:
      people.length === 0
        ? `Nobody is named yet; whoever comes is a ${defaultRole}.`
        : `${count}; everybody else is a ${defaultRole}.`,
    blocks:
      people.length === 0
        ? []
        : [
            {
              kind: "table",
              columns: ["Who", "Name", "Role", "Sees", "Known as"].map((header) => ({
                header,
                align: "left" as const,
              })),
              rows: people
                .slice(0, PEOPLE_SHOWN)
                .map((person) => [
                  person.handle,
                  person.name,
                  roleText(person, defaultRole),
                  describeFilter(person.scope),
                  knownAs(person),
                ]),
            },
          ],
    actions:
      people.length === 0
        ? [{ kind: "button", label: "How to add somebody", style: "primary", command: "help people" }]
        : [],
    footer: people.length > PEOPLE_SHOWN ? [`The first ${PEOPLE_SHOWN} of ${people.length}.`] : [],
  };
}

/** One person after a change, with what it means. */
export function personCard(person: Person, defaultRole: Role, done: string): Card {
  return {
    ...plainCard,
    title: person.name,
    summary: done,
    tone: "good",
    blocks: [
      {
        kind: "facts",
        facts: [
          { label: "Handle", value: person.handle },
          { label: "Role", value: roleText(person, defaultRole) },
          { label: "Sees", value: describeFilter(person.scope) },
          { label: "Known as", value: knownAs(person) },
        ],
      },
    ],
    actions: [{ kind: "button", label: "Everybody", style: "plain", command: "people list" }],
  };
}

export function forgetCard(answer: ForgetAnswer): Card {
  if (answer.kind === "forgotten") {
    return {
      ...plainCard,
      title: "Erased",
      summary: "They are nobody here any more. The audit trail keeps an id that leads to nobody.",
      tone: "good",
      footer: [`Id in the audit trail: ${answer.pseudonym}`],
    };
  }
  const { person, messages } = answer;
  return {
    ...plainCard,
    title: `Erase ${person.name}?`,
    summary: `${person.name} loses every name and login here; ${messages} messages in channels are emptied, ${answer.private} of their private talk are deleted. This cannot be undone.`,
    tone: "warning",
    actions: [
      {
        kind: "button",
        label: `Erase ${person.handle}`,
        style: "danger",
        command: `people forget ${person.handle} --confirm ${answer.mark}`,
      },
    ],
    footer: ["The bills stay as they came, and the audit trail keeps an id that leads to nobody."],
  };
}

export function tokenCard(person: Person, token: string | null): Card {
  if (token === null) {
    return { ...plainCard, title: person.name, summary: `${person.handle} has no login token any more.`, tone: "good" };
  }
  return {
    ...plainCard,
    title: `A login for ${person.name}`,
    summary: "Shown this once: only its hash is kept. It replaces any older one.",
    tone: "good",
    blocks: [{ kind: "facts", facts: [{ label: "Token", value: [{ kind: "code", text: token }] }] }],
    footer: [`Take it back with: people token ${person.handle} --revoke`],
  };
}

export function ownersCard(owners: readonly Owner[]): Card {
  return {
    ...plainCard,
    title: "Owners",
    summary:
      owners.length === 0
        ? "Nobody is named as owner of a part of the bill yet."
        : `${owners.length} ${owners.length === 1 ? "entry" : "entries"}: whom to ask, and who is told.`,
    blocks:
      owners.length === 0
        ? []
        : [
            {
              kind: "table",
              columns: [
                { header: "Part of the bill", align: "left" },
                { header: "Owner", align: "left" },
              ],
              rows: owners.map((owner) => [describeFilter(owner.scope), ownerText(owner)]),
            },
          ],
    actions: [{ kind: "button", label: "How to name one", style: "plain", command: "help owners" }],
  };
}

export function ownerText({ person, channel }: Owner): string {
  return person === null ? `#${channel ?? ""}` : person.name;
}

function roleText(person: Person, defaultRole: Role): string {
  const from = { configuration: " (finops.yaml)", command: "", default: " (default)" }[person.roleFrom];
  return `${person.role ?? defaultRole}${from}`;
}

function knownAs(person: Person): string {
  const names = person.identities.map(({ surface, externalId }) => `${surface}:${externalId}`);
  return [...names, ...(person.hasToken ? ["web login"] : [])].join(", ") || "–";
}
