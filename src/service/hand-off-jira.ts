import { createHash } from "node:crypto";

import { z } from "zod";

import type { HandOffTarget } from "../domain/recommendation.ts";
import type { HandOffRow } from "../store/recommendations-hand-off.ts";
import { request, type Sent } from "./hand-off-request.ts";
import { handOffText } from "./hand-off-text.ts";

type Jira = Extract<HandOffTarget, { kind: "jira" }>;

const createdSchema = z.object({ id: z.string(), key: z.string() });
const searchSchema = z.object({ issues: z.array(createdSchema) });

/**
 * Creates a Jira issue (Cloud REST v3), unless one with the hand-off's label is there. Its search lags a few seconds
 * behind; a repeated try comes only after `handOffRetrySeconds`.
 */
export async function sendJiraIssue(target: Jira, row: HandOffRow): Promise<Sent> {
  const jql = `project = "${target.projectKey}" AND labels = "${marker(row)}"`;
  const query = new URLSearchParams({ jql, fields: "summary", maxResults: "1" });
  const found = searchSchema.parse(
    JSON.parse(
      await request(api(target, `search/jql?${query.toString()}`), { method: "GET", headers: headers(target) }),
    ),
  );
  const [existing] = found.issues;
  const issue = existing ?? (await createIssue(target, row));
  return { id: issue.key, url: `${base(target)}/browse/${issue.key}`, applied: false };
}

async function createIssue(target: Jira, row: HandOffRow): Promise<z.infer<typeof createdSchema>> {
  const text = handOffText(row.payload);
  const fields = {
    project: { key: target.projectKey },
    issuetype: { name: target.issueType },
    summary: text.summary,
    labels: ["finops", marker(row)],
    description: {
      type: "doc",
      version: 1,
      content: [
        paragraph(
          `An approved saving. Review the commands, run them in this order, then say "recs applied ${row.recommendationId}" in chat.`,
        ),
        codeBlock(text.facts.join("\n")),
        paragraph("Commands"),
        codeBlock(text.commands.join("\n")),
        paragraph("Way back"),
        codeBlock(text.rollback),
      ],
    },
  };
  const created = await request(api(target, "issue"), {
    method: "POST",
    headers: headers(target),
    body: JSON.stringify({ fields }),
  });
  return createdSchema.parse(JSON.parse(created));
}

/** Labels hold no spaces and are short: a hash of the key does. */
function marker(row: HandOffRow): string {
  return `finops-${createHash("sha256").update(row.idempotencyKey).digest("hex").slice(0, 32)}`;
}

const paragraph = (text: string) => ({ type: "paragraph", content: [{ type: "text", text }] });
/** The document format refuses empty text. */
const codeBlock = (text: string) => ({
  type: "codeBlock",
  attrs: { language: "bash" },
  content: [{ type: "text", text: text === "" ? "-" : text }],
});

function base(target: Jira): string {
  return target.siteUrl.replace(/\/$/, "");
}

function api(target: Jira, path: string): string {
  return `${base(target)}/rest/api/3/${path}`;
}

function headers(target: Jira): Record<string, string> {
  const credentials = Buffer.from(`${target.email}:${target.token}`).toString("base64");
  return { accept: "application/json", authorization: `Basic ${credentials}`, "content-type": "application/json" };
}
