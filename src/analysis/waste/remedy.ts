import type { BilledResource } from "./rule.ts";

/**
 * A shell word that stands for exactly `text`, whatever it holds: `'…'`, or `$'…'` with escapes where control
 * or direction-changing characters would make the command look like another one.
 */
export function shellQuote(text: string): string {
  if (!/[\p{C}\p{Zl}\p{Zp}]/u.test(text)) return `'${text.replaceAll("'", `'\\''`)}'`;
  const escaped = [...text].map((character) => {
    if (character === "\\" || character === "'") return `\\${character}`;
    const code = character.codePointAt(0) ?? 0;
    return /[\p{C}\p{Zl}\p{Zp}]/u.test(character) ? `\\U${code.toString(16).padStart(8, "0")}` : character;
  });
  return `$'${escaped.join("")}'`;
}

/** Text fit for a `#` comment: one line, nothing that moves the cursor. */
export function commentText(text: string): string {
  return text.replace(/[\p{C}\p{Zl}\p{Zp}]+/gu, " ").slice(0, 200);
}

/** The last part of an ARN, path or plain id: what the command line tools call the thing. */
export function shortId(id: string): string {
  return id.split(/[/:]/).findLast((part) => part !== "") ?? id;
}

/** ` --region 'eu-west-1'`, or nothing when the bill names no region. */
export function regionOption(resource: BilledResource): string {
  return resource.region === null ? "" : ` --region ${shellQuote(resource.region)}`;
}

/** The Google Cloud project in a resource's id, else the sub-account. */
export function projectOption(resource: BilledResource): string {
  const project = /\/projects\/([^/]+)\//.exec(resource.id)?.[1] ?? resource.account;
  return project === null ? "" : ` --project ${shellQuote(project)}`;
}

/**
 * Commands for a resource. An id that starts with a dash would be read as an option whatever the quotes:
 * then there is only advice.
 */
export function remedyFor(
  resource: BilledResource,
  commands: (id: string, region: string) => readonly string[],
): readonly string[] {
  const id = shortId(resource.id);
  if (id.startsWith("-")) return [`# The id ${shellQuote(id)} would be read as an option: find the resource by hand.`];
  return [...managedBy(resource), ...commands(shellQuote(id), regionOption(resource))];
}

/** G9: what code manages is changed in the code, or it comes back. */
function managedBy(resource: BilledResource): readonly string[] {
  const stack = resource.tags.get("awscloudformationstackname");
  if (stack !== undefined)
    return [`# Managed by the CloudFormation stack ${commentText(stack)}: change its template instead.`];
  const terraform = [...resource.tags].some(
    ([key, value]) => key === "terraform" || (key === "managedby" && /terraform|pulumi|bicep|cdk/i.test(value)),
  );
  return terraform
    ? ["# Managed by infrastructure code: change the code (pull request) instead of running these."]
    : [];
}
