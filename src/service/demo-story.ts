import type { SampleAnswers, SampleDecision } from "../demo/answers.ts";
import { STORY_DAY, WORK_DONE_DAY } from "../demo/story.ts";
import type { SampleEstate } from "../demo/write-sample-estate.ts";
import { fixedClock } from "../domain/clock.ts";
import { addDays, type Day } from "../domain/period.ts";
import { EVERYTHING } from "../domain/scope.ts";
import { listRecommendations } from "../store/recommendations.ts";
import { approveRecommendation } from "./approve-recommendation.ts";
import type { RenderBudget } from "./budget-view.ts";
import type { Context } from "./context.ts";
import type { DecisionOutcome } from "./decide.ts";
import { deliverHandOffs } from "./deliver-hand-offs.ts";
import { setDemoBudgets } from "./demo-budgets.ts";
import { findWaste } from "./find-waste.ts";
import { ingestBills } from "./ingest-bills.ts";
import { markApplied } from "./mark-applied.ts";
import { proposeRecommendations } from "./propose-recommendations.ts";
import { decisionSettings, type RenderRecommendation } from "./recommendation-view.ts";
import { refreshRecommendations } from "./refresh-recommendations.ts";
import { rejectRecommendation } from "./reject-recommendation.ts";
import { sampleActor } from "./sample-people.ts";
import { snoozeRecommendation } from "./snooze-recommendation.ts";

/** The cards of what happens, made by the edge. */
export type DemoRender = { readonly recommendation: RenderRecommendation; readonly budget: RenderBudget };

const TODAYS_APPROVER = "ines";
const SNOOZED_EARLY_DAYS = 150;
const SNOOZED_TODAY_DAYS = 21;

/**
 * What has happened in the estate so far, through the verbs people and schedules use, on the days it happened:
 * recommendations, a delivery that restates one of them away, decisions, work done, savings measured; then today.
 */
export async function playDemoStory(
  ctx: Context,
  estate: Pick<SampleEstate, "answers" | "files">,
  render: DemoRender,
): Promise<void> {
  const { answers } = estate;
  const input = { render: render.recommendation };
  const day = addDays(answers.from, STORY_DAY);
  const detection = onDay(ctx, day);
  await proposeEarly(detection, answers, render);
  await ingestBills({ ctx, input: { paths: estate.files, parts: false, replace: true, dryRun: false } });
  await proposeEarly(detection, answers, render);
  const marc = as(detection, "marc");
  await decideAll(marc, answers, (plan) => plan.early, { render, until: addDays(day, SNOOZED_EARLY_DAYS) });
  await deliverHandOffs({ ctx: detection, input });
  const ada = as(onDay(ctx, addDays(answers.from, WORK_DONE_DAY)), "ada");
  await decideAll(ada, answers, (plan) => (plan.done === true ? "applied" : undefined), { render, until: day });

  await refreshRecommendations({ ctx, input });
  const until = addDays(ctx.clock.today(), SNOOZED_TODAY_DAYS);
  await decideAll(as(ctx, TODAYS_APPROVER), answers, (plan) => plan.today, { render, until });
  await setDemoBudgets(as(ctx, "ada"), answers, render.budget);
}

/** Whether the story has come to today; one that was cut off is played again, and what was decided stays. */
export async function isDemoStoryPlayed(ctx: Context): Promise<boolean> {
  const rows = await ctx.db.sql`select 1 from decision where actor_id = ${sampleActor(TODAYS_APPROVER).id} limit 1`;
  return rows.length > 0;
}

/** Detection in the first weeks saw what the story tells of; the rest is seen today. */
async function proposeEarly(
  ctx: Context,
  answers: SampleAnswers,
  { recommendation: render }: DemoRender,
): Promise<void> {
  const early = answers.decided.filter(({ early, today }) => early !== undefined || today === undefined);
  const known = new Set(early.map(({ resource }) => resource));
  const answer = await findWaste({ ctx, input: { scope: EVERYTHING } });
  const findings = answer.findings.filter(({ resource }) => known.has(resource));
  await proposeRecommendations({ ctx, input: { scope: EVERYTHING, render, answer: { ...answer, findings } } });
}

/** Business on a past day; approvals of then are past undoing. */
function onDay(ctx: Context, day: Day): Context {
  const decisions = decisionSettings(ctx.settings);
  const settings = { ...ctx.settings, decisions: { ...decisions, policy: { ...decisions.policy, undoMinutes: 0 } } };
  return { ...ctx, clock: fixedClock(day), settings };
}

function as(ctx: Context, handle: string): Context {
  const actor = sampleActor(handle);
  return { ...ctx, actor, scope: actor.kind === "system" ? [] : actor.scope };
}

type Chosen = SampleDecision["early"] | SampleDecision["today"];

async function decideAll(
  ctx: Context,
  answers: SampleAnswers,
  choose: (planned: SampleDecision) => Chosen,
  { render, until }: { readonly render: DemoRender; readonly until: Day },
): Promise<void> {
  const known = await listRecommendations(ctx.db.sql);
  for (const planned of answers.decided) {
    const decision = choose(planned);
    const found = known.find(({ finding }) => finding.resource === planned.resource);
    if (decision === undefined || found === undefined) continue;
    const target = { id: found.id, seenRevision: null, render: render.recommendation };
    // Detection has just read it.
    const evidence = { finding: found.finding, window: found.window };
    const outcome = await decideOne(ctx, decision, { ...target, confirmedResource: planned.resource, evidence }, until);
    if (outcome.kind === "refused")
      ctx.log.warn({ recommendation: found.id, reason: outcome.reason }, `sample estate: ${decision} was refused`);
  }
}

type Target = Parameters<typeof approveRecommendation>[0]["input"];

function decideOne(ctx: Context, decision: NonNullable<Chosen>, target: Target, until: Day): Promise<DecisionOutcome> {
  switch (decision) {
    case "approve":
      return approveRecommendation({ ctx, input: target });
    case "reject":
      return rejectRecommendation({ ctx, input: { ...target, note: "Kept on purpose until the season is over." } });
    case "snooze":
      return snoozeRecommendation({ ctx, input: { ...target, until } });
    case "applied":
      return markApplied({ ctx, input: { ...target, note: "Done in the maintenance window." } });
  }
}
