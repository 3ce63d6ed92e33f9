import { userInfo } from "node:os";

import { LOOPBACK_HOSTS, type Config } from "../config.ts";
import { hasRole, type Actor } from "../domain/actor.ts";
import { AppError } from "../domain/errors.ts";
import { NO_PEOPLE, type Person } from "../domain/person.ts";
import { EVERYTHING } from "../domain/scope.ts";
import type { Context } from "../service/context.ts";
import { recordActingAs, requirePerson } from "../service/manage-people.ts";
import { findByIdentity, loadPeople } from "../store/people.ts";

/** Who a terminal command is run by: the command, the estate, and `--as` where it was given. */
export type TerminalCall = {
  readonly config: Config;
  readonly demo: boolean;
  readonly as: string | null;
  readonly command: string;
};

/**
 * The context with whoever runs the command: the OS user's person, else the OS user. Whoever is nobody in particular is
 * admin where only this machine is served, and where there is no admin yet: whoever may read the data directory owns
 * the installation. `--as` lets an admin act as somebody else in the demo or on such a machine, and is audited.
 */
export async function asTerminalUser(base: Omit<Context, "actor" | "scope">, call: TerminalCall): Promise<Context> {
  const name = userInfo().username;
  const actor = await osActor(base, call, name);
  const own: Context = { ...base, actor, scope: actor.kind === "user" ? actor.scope : EVERYTHING };
  if (call.as === null) return own;
  const local = call.demo || LOOPBACK_HOSTS.includes(call.config.host);
  if (!local || !hasRole(actor, "admin")) {
    throw new AppError("forbidden", "--as is for admins, in the demo or where only this machine is served.", {
      remedy: "Run it as yourself, or ask on the page.",
    });
  }
  const person = await requirePerson(own, call.as);
  await recordActingAs({ ctx: own, input: { person, command: call.command } });
  const acting = actorOf(base, person);
  return { ...base, actor: { ...acting, name: `${person.name} (by OS user ${name})` }, scope: acting.scope };
}

async function osActor(base: Omit<Context, "actor" | "scope">, call: TerminalCall, name: string): Promise<Actor> {
  const person = await findByIdentity(base.db.sql, { surface: "os", externalId: name });
  if (person !== null) return actorOf(base, person);
  const { defaultRole } = base.settings.people ?? NO_PEOPLE;
  const owner =
    call.demo ||
    LOOPBACK_HOSTS.includes(call.config.host) ||
    !(await loadPeople(base.db.sql)).some(({ role }) => role === "admin");
  return { kind: "user", id: `os:${name}`, name, role: owner ? "admin" : defaultRole, scope: EVERYTHING };
}

function actorOf(base: Pick<Context, "settings">, person: Person): Extract<Actor, { kind: "user" }> {
  const { defaultRole } = base.settings.people ?? NO_PEOPLE;
  const { id, name, role, scope } = person;
  return { kind: "user", id, name, role: role ?? defaultRole, scope };
}
