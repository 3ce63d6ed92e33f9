import fc from "fast-check";
import { describe, expect, test } from "vitest";

import { nearMisses } from "./near-miss.ts";
import { isTypo } from "./typo.ts";

/** As tags are found in bills: which are one thing, and which are two. The first holds most of the cost. */
const ONE: readonly [string, string][] = [
  ["environment", "enviroment"],
  ["environment", "enviornment"],
  ["environment", "environmnet"],
  ["environment", "envrionment"],
  ["production", "produciton"],
  ["production", "prodcution"],
  ["production", "producton"],
  ["payments", "paymnets"],
  ["payments", "payemnts"],
  ["payments", "paymens"],
  ["platform", "platfrom"],
  ["infrastructure", "infrastrucutre"],
  ["infrastructure", "infastructre"],
  ["data-platform", "data-platfrom"],
  ["Data Platform", "data_platfrom"],
  ["checkout", "chekcout"],
  ["checkout", "checkuot"],
  ["cost-center", "cost-cetner"],
  ["application", "applicaton"],
  ["marketing", "markteing"],
  ["analytics", "analitics"],
  ["staging", "stagging"],
];
const TWO: readonly [string, string][] = [
  ["prod1", "prod2"],
  ["production1", "production2"],
  ["cluster-01", "cluster-10"],
  ["backend2024", "backend2025"],
  ["eu", "us"],
  ["eu-west", "us-west"],
  ["eu-central-1", "us-central-1"],
  ["team-a", "team-b"],
  ["platform-a", "platform-b"],
  ["regiona", "regionb"],
  ["prod", "prof"],
  ["dev", "deu"],
  ["test", "text"],
  ["blue", "glue"],
  ["east", "west"],
  ["data-platform-east", "data-platform-west"],
  ["inbound", "outbound"],
  ["internal", "external"],
  ["research", "search"],
  ["training", "draining"],
  ["billing", "filling"],
  ["managed", "unmanaged"],
  ["frontend", "backend"],
  ["upload", "unload"],
  ["import", "impact"],
  ["customer-a-prod", "customer-b-prod"],
  ["alpha", "alphax"],
  ["platform", "platformb"],
];

describe("golden", () => {
  test.each(ONE)("%s and %s are one", (common, rare) => {
    expect(nearMisses([spelled(common, 100n), spelled(rare, 5n)])).toMatchObject([{ keep: common, others: [rare] }]);
  });

  test.each(TWO)("%s and %s are two", (common, rare) => {
    // Of like weight, as two teams are.
    expect(nearMisses([spelled(common, 100n), spelled(rare, 60n)])).toEqual([]);
    expect(nearMisses([spelled(rare, 100n), spelled(common, 60n)])).toEqual([]);
  });

  test("keys have no cost: the longer one is right, letters are left out more often than put in", () => {
    expect(
      nearMisses(["enviroment", "environment", "team", "cost-center", "cost_centre"].map((key) => spelled(key, 0n))),
    ).toEqual([{ keep: "environment", others: ["enviroment"], atoms: 0n }]);
  });

  test("several mistakes of one word are under it, with their other spellings", () => {
    const all = [spelled("payments", 90n), spelled("Payments", 9n), spelled("paymnets", 2n), spelled("PAYMENS", 1n)];
    expect(nearMisses(all)).toEqual([{ keep: "payments", others: ["Payments", "paymnets", "PAYMENS"], atoms: 12n }]);
  });
});

const spelled = (text: string, atoms: bigint) => ({ text, atoms });

describe("laws", () => {
  const word = fc.stringMatching(/^[a-z]{1,14}([-_ ][a-z0-9]{1,8})?$/);
  const spellings = fc.uniqueArray(fc.record({ text: word, atoms: fc.bigInt({ min: 0n, max: 1_000n }) }), {
    selector: ({ text }) => text,
    maxLength: 12,
  });

  test("nothing is named twice, nothing is made up, and what others hold is their sum, whatever the order", () => {
    fc.assert(
      fc.property(spellings, (all) => {
        const found = nearMisses(all);
        const named = found.flatMap(({ keep, others }) => [keep, ...others]);
        expect(new Set(named).size).toBe(named.length);
        for (const { others, atoms } of found) {
          const sum = others.reduce((total, text) => total + (all.find((one) => one.text === text)?.atoms ?? -1n), 0n);
          expect(atoms).toBe(sum);
        }
        const groups = (list: typeof found) => list.map(({ keep, others }) => [keep, ...others].join("|")).sort();
        expect(groups(nearMisses(all.toReversed()))).toEqual(groups(found));
      }),
    );
  });

  test("words that differ in their digits are never one", () => {
    fc.assert(
      fc.property(fc.stringMatching(/^[a-z]{2,12}$/), fc.nat(99), fc.nat(99), (stem, one, two) => {
        fc.pre(one !== two);
        expect(isTypo(spelled(`${stem}${one}`, 0n), spelled(`${stem}${two}`, 100n))).toBe(false);
      }),
    );
  });
});
