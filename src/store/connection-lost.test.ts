import { expect, test } from "vitest";

import { AppError, explain } from "../domain/errors.ts";
import { connectionLost } from "./connection-lost.ts";

const coded = (code: string): Error => Object.assign(new Error("write CONNECTION"), { code });

test.each(["ECONNREFUSED", "ECONNRESET", "CONNECTION_CLOSED", "57P01", "57P03", "08006"])(
  "%s is a lost database, whatever it is wrapped in",
  (code) => {
    const wrapped = new AppError("internal", "Storing charge failed: x", { cause: coded(code) });
    for (const error of [coded(code), wrapped, new Error("Connection terminated unexpectedly")]) {
      expect(explain(connectionLost(error))).toMatch(/^The database went away.*Try again/);
    }
  },
);

test.each([coded("23505"), coded("57014"), new Error("x"), "ECONNREFUSED", null])(
  "%s is of something else",
  (error) => {
    expect(connectionLost(error)).toBeNull();
  },
);
