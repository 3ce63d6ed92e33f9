/** What a delivery covers: the charge days and sub-accounts that have rows. */
export type Coverage = { readonly days: ReadonlySet<string>; readonly subAccounts: ReadonlySet<string> };

/** Why a replacement must wait for a person; null when nothing is lost. */
export function shrinkReason(before: Coverage, after: Coverage, month: string): string | null {
  // Corrections carry days of earlier months: one of them vanishing is restatement, not loss.
  const lostDays = [...before.days].filter((day) => day.startsWith(month) && !after.days.has(day)).sort();
  const lostAccounts = [...before.subAccounts].filter((account) => !after.subAccounts.has(account)).sort();
  const lost = [
    ...(lostDays.length === 0 ? [] : [`${count(lostDays.length, "charge day")} (${shown(lostDays)})`]),
    ...(lostAccounts.length === 0
      ? []
      : [
          `${count(lostAccounts.length, "sub-account")} (${shown(lostAccounts.map((name) => (name === "" ? "none" : name)))})`,
        ]),
  ];
  return lost.length === 0 ? null : `it loses ${lost.join(" and ")} that the stored bill of ${month} has`;
}

function count(number: number, noun: string): string {
  return `${number} ${noun}${number === 1 ? "" : "s"}`;
}

function shown(names: readonly string[]): string {
  const SHOWN_MAX = 4;
  const first = names.slice(0, SHOWN_MAX).join(", ");
  return names.length > SHOWN_MAX ? `${first}, …` : first;
}
