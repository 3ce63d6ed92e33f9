import * as fc from "fast-check";
import { expect, test } from "vitest";

import { createLog } from "./log.ts";

function capture(secrets: readonly string[]) {
  const lines: string[] = [];
  const log = createLog({ level: "trace", destination: "stderr", secrets }, { write: (line) => lines.push(line) });
  return { log, lines };
}

test("a line is one ECS object and carries the ids of its job", () => {
  const { log, lines } = capture([]);
  log.child({ trace: { id: "t1" }, labels: { job: "digest" } }).info({ rows: 3 }, "posted");
  log.warn("outside");
  expect(JSON.parse(lines[0] ?? "")).toMatchObject({
    "log.level": "info",
    message: "posted",
    rows: 3,
    trace: { id: "t1" },
    labels: { job: "digest" },
    "ecs.version": expect.any(String),
  });
  expect(JSON.parse(lines[1] ?? "")).not.toHaveProperty("trace");
});

test("secret keys and passwords in URLs are replaced, in errors as well", () => {
  const { log, lines } = capture([]);
  log.info({ token: "abc", request: { headers: { authorization: "Bearer abc" } } }, "x");
  log.error(new Error("cannot reach postgres://finops:abc@db:5432/finops"));
  expect(lines.join("")).not.toContain("abc");
  expect(lines[1]).toContain("postgres://finops:[redacted]@db:5432/finops");
});

test("property: a known secret appears in no line, wherever it was put", () => {
  const secret = fc.string({ minLength: 8, maxLength: 40 }).filter((text) => !text.includes("redacted"));
  fc.assert(
    fc.property(secret, fc.string(), (value, around) => {
      // A secret that a line always contains ("finops", its own field names) could not be told from the line.
      const plain = capture([]);
      plain.log.error({ a: around }, around);
      const form = JSON.stringify(value).slice(1, -1);
      fc.pre(!plain.lines.join("").includes(form));
      const { log, lines } = capture([value]);
      log.info({ deep: { [value]: [`${around}${value}`] } }, `${around}${value}`);
      log.error(new Error(`${value}${around}`, { cause: new Error(value) }));
      expect(lines).toHaveLength(2);
      expect(lines.join("")).not.toContain(form);
    }),
  );
});
