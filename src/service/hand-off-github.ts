import { z } from "zod";

import type { HandOffTarget } from "../domain/recommendation.ts";
import type { HandOffRow } from "../store/recommendations-hand-off.ts";
import { linkSchema, request, type Sent } from "./hand-off-request.ts";
import { handOffText } from "./hand-off-text.ts";

type Github = Extract<HandOffTarget, { kind: "github" }>;

const issueSchema = z.object({ number: z.number().int(), html_url: linkSchema, body: z.string().nullish() });
const PAGE_SIZE = 100;
/** Issues looked through for an earlier try: everything touched since the hand-off was queued. */
const PAGES_MAX = 20;

/**
 * Opens a GitHub issue (REST 2022-11-28), unless one with the hand-off's marker is there. The list of issues is asked,
 * not search: search lags behind, the list does not.
 */
export async function sendGithubIssue(target: Github, row: HandOffRow): Promise<Sent> {
  const found = await findIssue(target, row);
  if (found !== null) return found;
  const text = handOffText(row.payload);
  const created = await request(issuesUrl(target), {
    method: "POST",
    headers: headers(target),
    body: JSON.stringify({ title: text.summary, body: bodyOf(row), labels: target.labels }),
  });
  const issue = issueSchema.parse(JSON.parse(created));
  return { id: String(issue.number), url: issue.html_url, applied: false };
}

async function findIssue(target: Github, row: HandOffRow): Promise<Sent | null> {
  for (let page = 1; page <= PAGES_MAX; page += 1) {
    const query = `?state=all&since=${encodeURIComponent(row.createdAt)}&per_page=${PAGE_SIZE}&page=${page}`;
    const text = await request(`${issuesUrl(target)}${query}`, { method: "GET", headers: headers(target) });
    const issues = z.array(issueSchema).parse(JSON.parse(text));
    const found = issues.find((issue) => issue.body?.includes(marker(row)) === true);
    if (found !== undefined) return { id: String(found.number), url: found.html_url, applied: false };
    if (issues.length < PAGE_SIZE) return null;
  }
  return null;
}

function issuesUrl(target: Github): string {
  return `${target.apiUrl.replace(/\/$/, "")}/repos/${target.repository}/issues`;
}

function headers(target: Github): Record<string, string> {
  return {
    accept: "application/vnd.github+json",
    authorization: `Bearer ${target.token}`,
    "content-type": "application/json",
    "x-github-api-version": "2022-11-28",
  };
}

function marker(row: HandOffRow): string {
  return `<!-- finops-hand-off: ${row.idempotencyKey} -->`;
}

function bodyOf(row: HandOffRow): string {
  const text = handOffText(row.payload);
  return [
    marker(row),
    "An approved saving. Review the commands, run them in this order, then say `recs applied " +
      `${row.recommendationId}\` in chat: the bill will be read 7 and 30 days later.`,
    fenced(text.facts, "text"),
    "**Commands**",
    fenced(text.commands, "sh"),
    "**Way back**",
    fenced([text.rollback], "text"),
  ].join("\n\n");
}

/** A code block nothing inside can close: no mention, link or markup is live in it. */
function fenced(lines: readonly string[], language: string): string {
  const text = lines.join("\n");
  const longest = Math.max(2, ...[...text.matchAll(/`+/g)].map((match) => match[0].length));
  const fence = "`".repeat(longest + 1);
  return `${fence}${language}\n${text}\n${fence}`;
}
