/** A port of the scorer of the waste set: how many labelled resources are found, by the right rule, for the right money. */
export type Label = {
  readonly resource: string;
  readonly label: string;
  readonly alsoAccept: readonly string[];
  readonly savingMin: number;
  readonly savingMax: number;
  readonly billingOnly: string;
  readonly trap: string;
};
export type Prediction = { readonly resource: string; readonly rule: string; readonly saving: number };
export type Score = {
  readonly found: number;
  readonly wrong: number;
  readonly falsePositives: readonly string[];
  readonly missed: readonly string[];
  readonly savingOutOfRange: readonly string[];
};

/** Scores against the labels provable with `confidence` from bills alone; every label counts for what must not be found. */
export function scoreFindings(labels: readonly Label[], predictions: readonly Prediction[], confidence: string): Score {
  const byId = new Map<string, Prediction[]>();
  for (const prediction of predictions) {
    const id = prediction.resource.toLowerCase();
    byId.set(id, [...(byId.get(id) ?? []), prediction]);
  }
  let found = 0;
  let wrong = 0;
  const falsePositives: string[] = [];
  const missed: string[] = [];
  const savingOutOfRange: string[] = [];
  for (const label of labels.filter((entry) => entry.label !== "ignore")) {
    const own = byId.get(label.resource.toLowerCase()) ?? [];
    if (label.label === "not_waste") {
      if (own.some(({ rule }) => !label.alsoAccept.includes(rule)))
        falsePositives.push(`${label.resource}: ${label.trap}`);
      continue;
    }
    const hit = own.find(({ rule }) => rule === label.label || label.alsoAccept.includes(rule));
    if (hit === undefined) {
      if (own.length > 0) wrong += 1;
      else if (label.billingOnly === confidence) missed.push(`${label.resource}: ${label.label}`);
      continue;
    }
    found += 1;
    const inRange = hit.saving >= label.savingMin * 0.95 - 0.5 && hit.saving <= label.savingMax * 1.05 + 0.5;
    if (!inRange) savingOutOfRange.push(`${label.resource}: ${hit.saving}, not ${label.savingMin}..${label.savingMax}`);
  }
  const known = new Set(labels.map(({ resource }) => resource.toLowerCase()));
  for (const id of byId.keys()) if (!known.has(id)) falsePositives.push(`${id}: not in the set`);
  return { found, wrong, falsePositives, missed, savingOutOfRange };
}
