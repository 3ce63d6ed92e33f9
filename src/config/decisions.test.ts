import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { afterEach, beforeEach, expect, test } from "vitest";

import { describeConfig, formatProblems, readConfig, type ConfigReading } from "../config.ts";

let directory: string;
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), "finops-config-"));
});
afterEach(() => rmSync(directory, { recursive: true, force: true }));

const SECTION = `
decisions:
  tiers:
    - name: small
      savingMonthlyMax: { USD: "500" }
    - name: large
      approvals: 2
      role: admin
      approvers: [Ada, "@bo", cleo]
  undoMinutes: 0
  handOff:
    webhook:
      - { name: ops, url: "https://hooks.example.com/x", secretVariable: FINOPS_OPS_SECRET }
    github:
      - { name: issues, repository: acme/ops, tokenVariable: OPS_GITHUB_TOKEN }
    jira:
      - { name: board, siteUrl: "https://acme.atlassian.net", projectKey: OPS, email: b@example.com, tokenVariable: OPS_JIRA_TOKEN }
    csv:
      - { name: list, directory: approved }
`;
const SECRETS = { FINOPS_OPS_SECRET: "w".repeat(24), OPS_GITHUB_TOKEN: "gggggg", OPS_JIRA_TOKEN: "jjjjjj" };

function read(text: string, env: Record<string, string> = {}): ConfigReading {
  writeFileSync(join(directory, "finops.yaml"), text);
  return readConfig(env, directory);
}
const problemsIn = (reading: ConfigReading): string => (reading.ok ? "" : formatProblems(reading.problems, null));

test("tiers, the undo window and targets are settings, with secrets from the environment and defaults for the rest", () => {
  const reading = read(SECTION, SECRETS);
  expect(problemsIn(reading)).toBe("");
  const config = reading.ok ? reading.config : null;
  expect(config?.settings.decisions).toMatchObject({
    policy: { undoMinutes: 0, expiryDays: 30, reopenDays: 90, driftPercent: 10 },
    handOffRetrySeconds: 60,
  });
  expect(config?.settings.decisions?.policy.tiers).toEqual([
    { name: "small", savingMonthlyMax: { USD: "500" }, approvals: 1, role: "approver", approvers: null },
    {
      name: "large",
      savingMonthlyMax: null,
      approvals: 2,
      role: "admin",
      approvers: ["ada", "bo", "cleo"].map((handle) => ({ handle, id: null, name: handle })),
    },
  ]);
  expect(config?.settings.decisions?.handOff.map(({ kind, name }) => `${kind} ${name}`)).toEqual([
    "webhook ops",
    "github issues",
    "jira board",
    "csv list",
  ]);
  expect(config?.settings.decisions?.handOff[1]).toMatchObject({ apiUrl: "https://api.github.com", token: "gggggg" });
  // A variable the file names is read: no warning about it.
  expect(config?.settings.installation.warnings).toEqual([]);
});

test("secrets are shown to nobody: not printed, and blackened in the log", () => {
  const reading = read(SECTION, SECRETS);
  if (!reading.ok) throw new Error(problemsIn(reading));
  expect(reading.config.secrets).toEqual(expect.arrayContaining(Object.values(SECRETS)));
  const { secrets: _secrets, ...shown } = describeConfig(reading.config);
  expect(JSON.stringify(shown)).not.toMatch(/wwww|gggg|jjjj/);
});

test("a secret that is not there, or too short to sign with, is a problem that names the variable and no value", () => {
  const text = problemsIn(read(SECTION, { FINOPS_OPS_SECRET: "hunter2" }));
  expect(text).toContain("decisions.handOff.webhook[0].secretVariable: The secret in FINOPS_OPS_SECRET is shorter");
  expect(text).toContain("OPS_GITHUB_TOKEN is not set");
  expect(text).toContain("OPS_JIRA_TOKEN is not set");
  expect(text).not.toContain("hunter2");
});

test("what is misspelt or does not fit together says where and what was meant", () => {
  const text = problemsIn(
    read(`
decisions:
  undoMinuts: 5
  tiers:
    - { name: a, approvals: 2, approvers: [ana, "@Ana"] }
    - { name: c, approvers: ["no body"] }
    - { name: b, savingMonthlyMax: { usd: "5" }, role: viewer }
  handOff:
    webhok: []
    webhook:
      - { name: ops, url: "ftp://x", secretVariabel: OPS }
    csv:
      - { name: ops, directory: x }
    github:
      - { name: g, repository: acme, tokenVariable: ghp_abcdef }
`),
  );
  expect(text).toContain('Did you mean "undoMinutes"?');
  expect(text).toContain('Did you mean "webhook"?');
  expect(text).toContain('Did you mean "secretVariable"?');
  expect(text).toContain("Only the last tier may be without a limit.");
  expect(text).toContain("2 must approve and one person is named.");
  expect(text).toContain("must be a person's handle");
  expect(text).toContain("The last tier must take any amount.");
  expect(text).toContain('"ops" is there twice.');
  expect(text).toContain('"ftp://x" must be a URL');
  expect(text).toContain("must be OWNER/NAME");
  expect(text).toContain("must be the name of an environment variable, not the secret itself");
  expect(text).not.toContain("ghp_abcdef");
  expect(text).toContain('Write for example {"USD":"1000","EUR":"1000"}');
});
