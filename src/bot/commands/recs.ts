import { hasRole } from "../../domain/actor.ts";
import { AppError } from "../../domain/errors.ts";
import { nearestWords } from "../../domain/nearest.ts";
import { RECOMMENDATION_STATES, WAITING_STATES, type RecommendationState } from "../../domain/recommendation.ts";
import { approveRecommendation } from "../../service/approve-recommendation.ts";
import { assignRecommendation } from "../../service/assign-recommendation.ts";
import { commentRecommendation } from "../../service/comment-recommendation.ts";
import type { Context } from "../../service/context.ts";
import type { DecisionOutcome, PersonEvent } from "../../service/decide.ts";
import { currencyWorth, listRecommendations, showRecommendation } from "../../service/list-recommendations.ts";
import { markApplied } from "../../service/mark-applied.ts";
import { proposeRecommendations } from "../../service/propose-recommendations.ts";
import { refreshRecommendations } from "../../service/refresh-recommendations.ts";
import { rejectRecommendation } from "../../service/reject-recommendation.ts";
import { snoozeRecommendation } from "../../service/snooze-recommendation.ts";
import { undoRecommendation } from "../../service/undo-recommendation.ts";
import { effectByWord, type Command, type CommandAnswer } from "../command.ts";
import { REJECT_REASONS } from "../views/recommendation-actions.ts";
import { recommendationCard } from "../views/recommendation-card.ts";
import { renderRecommendation } from "../views/render-recommendation.ts";
import { recommendationData } from "../views/recommendation-data.ts";
import { recommendationListCard } from "../views/recommendation-list-card.ts";
import { outcomeCard, outcomeMessage } from "../views/recommendation-outcome-card.ts";
import { approveSeveral } from "./recs-bulk.ts";
import { readArguments, revisionOption, untilDay, type RecsArguments } from "./recs-arguments.ts";

const render = renderRecommendation;

/** Recommendations and what people decide about them: the same words on every surface. */
export const recsCommand: Command = {
  name: "recs",
  summary: "recommendations: list, approve, reject, snooze, undo, and say what is done",
  usage: [
    "recs list [mine|all|STATE]",
    "recs show ID",
    "recs approve ID [ID …|mine]",
    "recs reject ID --reason TEXT [--text TEXT]",
    "recs snooze ID --until DAY|7d",
    "recs undo ID",
    "recs applied ID [--text TEXT]",
    "recs assign ID --to PERSON",
    "recs comment ID --text TEXT",
    "recs propose",
  ].join("\n"),
  examples: ["recs list", "recs list mine", "recs show waste_0123456789ab"],
  role: "viewer",
  effect: effectByWord({
    approve: "shared",
    reject: "shared",
    snooze: "shared",
    undo: "shared",
    applied: "shared",
    assign: "shared",
    comment: "shared",
    propose: "shared",
  }),
  run: async ({ ctx, text }) => {
    const given = readArguments(text);
    const [word = "list", ...rest] = given.words;
    const verb = VERBS[word.toLowerCase()];
    if (verb !== undefined) return verb(ctx, { ...given, words: rest });
    const [nearest] = nearestWords(word, Object.keys(VERBS));
    throw new AppError("bad-input", `recs knows no "${word.slice(0, 40)}".`, {
      remedy:
        nearest === undefined ? `There are: ${Object.keys(VERBS).join(", ")}.` : `Did you mean "recs ${nearest}"?`,
    });
  },
};

type RecsVerb = (ctx: Context, given: RecsArguments) => Promise<CommandAnswer>;

const VERBS: Readonly<Record<string, RecsVerb>> = {
  list,
  show,
  approve,
  reject: async (ctx, given) => {
    const id = idOf(given);
    // Words after the id are the reason too: people do not type dashes.
    const note = reasonOf(given.options.get("reason") ?? given.words.slice(1).join(" "), given.options.get("text"));
    return answer(
      "reject",
      await rejectRecommendation({ ctx, input: { id, seenRevision: revisionOption(given), note, render } }),
    );
  },
  snooze: async (ctx, given) => {
    const id = idOf(given);
    const until = untilDay(given.options.get("until") ?? given.words[1] ?? "", ctx.clock.today());
    return answer(
      "snooze",
      await snoozeRecommendation({ ctx, input: { id, seenRevision: revisionOption(given), until, render } }),
    );
  },
  undo: async (ctx, given) =>
    answer(
      "undo",
      await undoRecommendation({ ctx, input: { id: idOf(given), seenRevision: revisionOption(given), render } }),
    ),
  applied: async (ctx, given) => {
    const note = given.options.get("text") ?? null;
    const input = { id: idOf(given), seenRevision: revisionOption(given), note, render };
    return answer("apply", await markApplied({ ctx, input }));
  },
  assign: async (ctx, given) => {
    const note = given.options.get("to") ?? given.words.slice(1).join(" ");
    return answer("assign", await assignRecommendation({ ctx, input: { id: idOf(given), note, render } }));
  },
  comment: async (ctx, given) => {
    const note = given.options.get("text") ?? given.words.slice(1).join(" ");
    return answer("comment", await commentRecommendation({ ctx, input: { id: idOf(given), note, render } }));
  },
  propose,
};

async function list(ctx: Context, given: RecsArguments): Promise<CommandAnswer> {
  await refreshRecommendations({ ctx, input: { render } });
  const word = given.words[0]?.toLowerCase() ?? "open";
  const mine = word === "mine" || word === "waiting";
  const states = mine || word === "open" ? WAITING_STATES : word === "all" ? [] : [stateOf(word)];
  const views = await listRecommendations({ ctx, input: { states, mine } });
  return {
    card: recommendationListCard(views, { mine, worth: await currencyWorth(ctx) }),
    data: { recommendations: views.map(recommendationData) },
    exitCode: 0,
    shows: { kind: "list", states, mine },
  };
}

async function show(ctx: Context, given: RecsArguments): Promise<CommandAnswer> {
  // A finding of the waste card is shown as what can be decided on, also before the service has looked.
  await refreshRecommendations({ ctx, input: { render } });
  const view = await showRecommendation({ ctx, input: { id: idOf(given) } });
  const shows = { kind: "one", id: view.recommendation.id, note: null } as const;
  return { card: recommendationCard(view), data: recommendationData(view), exitCode: 0, shows };
}

async function approve(ctx: Context, given: RecsArguments): Promise<CommandAnswer> {
  const several = given.words.length > 1 || given.words[0]?.toLowerCase() === "mine";
  if (several) return approveSeveral(ctx, given.words, given.options.get("confirm") ?? null);
  const input = {
    id: idOf(given),
    seenRevision: revisionOption(given),
    confirmedResource: given.options.get("resource") ?? null,
    render,
  };
  return answer("approve", await approveRecommendation({ ctx, input }));
}

async function propose(ctx: Context): Promise<CommandAnswer> {
  if (!hasRole(ctx.actor, "analyst")) throw new AppError("forbidden", "recs propose needs the role analyst.");
  const done = await proposeRecommendations({ ctx, input: { scope: [], render } });
  const views = await listRecommendations({ ctx, input: { states: WAITING_STATES, mine: false } });
  const card = recommendationListCard(views, { mine: false, worth: await currencyWorth(ctx) });
  const summary = `${done.proposed.length} new, ${done.moved.length} changed, ${done.unchanged} as before. ${card.summary}`;
  return {
    card: { ...card, summary },
    data: { ...done, recommendations: views.map(recommendationData) },
    exitCode: 0,
    shows: { kind: "list", states: WAITING_STATES, mine: false },
  };
}

function answer(event: PersonEvent, outcome: DecisionOutcome): CommandAnswer {
  const note = outcome.kind === "refused" ? outcomeMessage(outcome, event) : null;
  return {
    card: outcomeCard(outcome, event),
    data: {
      outcome: outcome.kind,
      reason: outcome.kind === "refused" ? outcome.reason : null,
      message: outcomeMessage(outcome, event),
      recommendation: outcome.view === null ? null : recommendationData(outcome.view),
    },
    exitCode: outcome.kind === "done" ? 0 : 2,
    ...(outcome.view === null ? {} : { shows: { kind: "one", id: outcome.view.recommendation.id, note } }),
  };
}

/** What was picked, then what was written; "another reason" is none until it is written. */
function reasonOf(picked: string, written = ""): string {
  const parts = [picked === REJECT_REASONS.at(-1) ? "" : picked, written].map((part) => part.trim());
  return parts.filter((part) => part !== "").join(": ");
}

function idOf(given: RecsArguments): string {
  const [id] = given.words;
  if (id !== undefined) return id.toLowerCase();
  throw new AppError("bad-input", "Say which recommendation: its id follows the word.", {
    remedy: "recs list shows the ids.",
  });
}

function stateOf(word: string): RecommendationState {
  const found = RECOMMENDATION_STATES.find((state) => state === word);
  if (found !== undefined) return found;
  throw new AppError("bad-input", `"${word.slice(0, 40)}" is no state.`, {
    remedy: `There are: mine, all, ${RECOMMENDATION_STATES.join(", ")}.`,
  });
}
