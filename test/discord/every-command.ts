import type { Option } from "./fake/actors.ts";

/** A value for an option Discord insists on. */
const VALUES: Readonly<Record<string, string>> = {
  amount: "3000",
  batch: "1",
  channel: "finops",
  choice: "",
  code: "ABCDEF",
  currency: "USD",
  day: "2026-11-20",
  for: "team tracking",
  handle: "vera",
  id: "waste_000000000000",
  json: '{"select":{"by":"days","from":"2026-11-01","to":"2026-11-20"}}',
  name: "AWS",
  person: "vera",
  provider: "aws",
  reason: "kept for the auditors",
  rule: "net.nat.idle",
  text: "seen",
  to: "vera",
  until: "2026-12-24",
  zone: "Europe/Berlin",
};

type Definition = {
  readonly name: string;
  readonly type: number;
  readonly required?: boolean;
  readonly choices?: readonly { readonly value: string }[];
  readonly options?: readonly Definition[];
};

function filled(definitions: readonly Definition[]): Option[] {
  return definitions
    .filter(({ required }) => required === true)
    .map(({ name, type, choices }) => ({ name, type, value: choices?.[0]?.value ?? VALUES[name] ?? "1" }));
}

/** Every way Discord offers to ask us something, with what it insists on filled in. */
export function everyCommand(
  registered: readonly unknown[],
): { readonly said: string; readonly name: string; readonly options: Option[] }[] {
  return registered.flatMap((command) => {
    const { name, options = [] } = command as Definition;
    const subs = options.filter(({ type }) => type === 1);
    if (subs.length === 0) return [{ said: name, name, options: filled(options) }];
    return subs.map((sub) => ({
      said: `${name} ${sub.name}`,
      name,
      options: [{ name: sub.name, type: 1, options: filled(sub.options ?? []) }],
    }));
  });
}
