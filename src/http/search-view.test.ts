import * as fc from "fast-check";
import { describe, expect, test } from "vitest";

import { hitPattern, markHits } from "./search-view.ts";

const marked = (text: string, looked: string): string =>
  markHits(text, hitPattern(looked))
    .map((part) => (part.hit ? `[${part.text}]` : part.text))
    .join("");

describe("what was looked for is marked", () => {
  const cases: [text: string, looked: string, want: string][] = [
    ["Amazon RDS rose", "rds", "Amazon [RDS] rose"],
    ["payments and repayments", "pay", "[payments] and repayments"],
    ["in us-east-1 and us-west-2", "us-east", "in [us]-[east]-1 and [us]-west-2"],
    ["$12,004.18", "$12,004", "$[12],[004].18"],
    ["東京 region", "東京", "[東京] region"],
    ["a.b.c", ".*", "a.b.c"],
    ["<script>", "script", "<[script]>"],
    ["nothing here", "", "nothing here"],
  ];
  test.each(cases)("%j looked for %j", (text, looked, want) => expect(marked(text, looked)).toBe(want));

  test("whatever is looked for, no character is lost or made", () => {
    fc.assert(
      fc.property(fc.string({ unit: "grapheme", maxLength: 60 }), fc.string({ maxLength: 12 }), (text, looked) => {
        expect(
          markHits(text, hitPattern(looked))
            .map((part) => part.text)
            .join(""),
        ).toBe(text);
      }),
    );
  });
});
