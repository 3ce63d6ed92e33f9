import type { Actor, Role } from "../domain/actor.ts";
import type { ScopeFilter } from "../domain/scope.ts";
import type { SqlLike } from "../store/db.ts";
import { insertOwner, insertPerson } from "../store/people.ts";

const team = (name: string): ScopeFilter => [{ dimension: "team", negated: false, values: [name] }];

/** Who works at the sample company: one of each role, and somebody who sees one team only. */
const SAMPLE_PEOPLE: readonly { handle: string; name: string; role: Role; scope: ScopeFilter }[] = [
  { handle: "ada", name: "Ada, FinOps lead", role: "admin", scope: [] },
  { handle: "marc", name: "Marc, head of platform", role: "approver", scope: [] },
  { handle: "ines", name: "Ines, head of engineering", role: "approver", scope: [] },
  { handle: "tom", name: "Tom, tracking engineer", role: "analyst", scope: team("tracking") },
  { handle: "vera", name: "Vera, controller", role: "viewer", scope: [] },
];

/** Puts the sample company's people and owners into the sample estate; what is there stays. */
export async function addSamplePeople(sql: SqlLike): Promise<void> {
  for (const person of SAMPLE_PEOPLE)
    await insertPerson(sql, { ...person, id: `demo_${person.handle}`, origin: "demo" });
  await insertOwner(sql, { scope: team("tracking"), personId: "demo_tom", channel: null, setBy: "demo" });
  await insertOwner(sql, { scope: [], personId: "demo_ada", channel: null, setBy: "demo" });
}

/** One of them, acting: what the history of the sample estate is made by. Throws for a handle nobody has. */
export function sampleActor(handle: string): Actor {
  const person = SAMPLE_PEOPLE.find((one) => one.handle === handle);
  if (person === undefined) throw new Error(`nobody at the sample company is called ${handle}`);
  const { name, role, scope } = person;
  return { kind: "user", id: `demo_${handle}`, name, role, scope };
}
