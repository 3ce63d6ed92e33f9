import type { ScopeFilter } from "./scope.ts";

/** Roles rise in power; each includes those before it. */
export const ROLES = ["viewer", "analyst", "approver", "admin"] as const;
export type Role = (typeof ROLES)[number];

/** Who acts. `schedule` acts with the rights its creator had. */
export type Actor =
  | {
      readonly kind: "user";
      readonly id: string;
      readonly name: string;
      readonly role: Role;
      readonly scope: ScopeFilter;
      /** What they did it by, where it arrived from a chat platform: written into the audit trail with what it changed. */
      readonly request?: string;
    }
  | { readonly kind: "schedule"; readonly id: string; readonly role: Role; readonly scope: ScopeFilter }
  | { readonly kind: "system"; readonly id: string };

export function roleOf(actor: Actor): Role {
  return actor.kind === "system" ? "admin" : actor.role;
}

/** Whether the actor holds at least `role`. */
export function hasRole(actor: Actor, role: Role): boolean {
  return ROLES.indexOf(roleOf(actor)) >= ROLES.indexOf(role);
}
