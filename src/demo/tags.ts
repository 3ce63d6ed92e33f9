import type { Owner, Provider, Resource } from "./estate.ts";
import { chance } from "./random.ts";

/** How the same fact gets written by different hands. Each list: the tidy spelling first. */
const ENVIRONMENT_SPELLINGS: Readonly<Record<string, readonly string[]>> = {
  prod: ["prod", "production", "Prod"],
  staging: ["staging", "stage"],
  dev: ["dev", "development", "Dev"],
};

type Keys = { readonly team: string; readonly product: string; readonly environment: string };
const KEY_STYLES: Readonly<Record<Provider, readonly Keys[]>> = {
  aws: [
    { team: "team", product: "product", environment: "environment" },
    { team: "Team", product: "app", environment: "env" },
    { team: "squad", product: "application", environment: "stage" },
  ],
  azure: [
    { team: "Team", product: "Product", environment: "Environment" },
    { team: "owner-team", product: "Application", environment: "Env" },
  ],
  // Google Cloud labels are lower case.
  gcp: [
    { team: "team", product: "product", environment: "env" },
    { team: "squad", product: "app", environment: "environment" },
  ],
};

/** Shares of resources tagged otherwise than the handbook says. */
const UNTAGGED = 0.07;
const TEAM_FORGOTTEN = 0.05;
const OTHER_KEYS = 0.16;
const OTHER_SPELLING = 0.06;

/** The tags a resource is billed with: mostly tidy, some not, some none at all. Depends on its id alone. */
export function tagsOf(provider: Provider, resource: Resource, seed: number): Readonly<Record<string, string>> {
  const given = resource.tags ?? {};
  const { owner } = resource;
  const luck = (what: string): number => chance(`${seed}:tags:${what}:${resource.id}`);
  if (owner === null || luck("untagged") < UNTAGGED) return given;
  const styles = KEY_STYLES[provider];
  const keys = pick(styles, luck("keys") < OTHER_KEYS ? 1 + Math.floor(luck("style") * (styles.length - 1)) : 0);
  const tags: Record<string, string> = {};
  if (luck("team") >= TEAM_FORGOTTEN) tags[keys.team] = spelling(provider, owner, luck("team-spelling"));
  tags[keys.product] = owner.product;
  tags[keys.environment] = environmentSpelling(provider, owner.environment, luck("environment"));
  if (luck("cost-centre") < 0.4) tags["cost-center"] = costCentre(owner.team);
  return { ...tags, ...given };
}

function spelling(provider: Provider, owner: Owner, luck: number): string {
  if (provider === "gcp" || luck >= OTHER_SPELLING) return owner.team;
  return owner.team.charAt(0).toUpperCase() + owner.team.slice(1);
}

function environmentSpelling(provider: Provider, environment: string, luck: number): string {
  const spellings = ENVIRONMENT_SPELLINGS[environment] ?? [environment];
  const chosen = pick(
    spellings,
    luck < OTHER_SPELLING ? 1 + Math.floor((luck / OTHER_SPELLING) * (spellings.length - 1)) : 0,
  );
  return provider === "gcp" ? chosen.toLowerCase() : chosen;
}

function costCentre(team: string): string {
  const centres: Readonly<Record<string, string>> = {
    routing: "4110",
    tracking: "4120",
    billing: "4210",
    warehouse: "4310",
  };
  return `cc-${centres[team] ?? "4900"}`;
}

function pick<T>(list: readonly T[], index: number): T {
  const found = list[Math.min(index, list.length - 1)];
  if (found === undefined) throw new Error("nothing to pick from");
  return found;
}
