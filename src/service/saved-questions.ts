import { isScopeWithin } from "../analysis/scope-within.ts";
import { hasRole } from "../domain/actor.ts";
import { AppError } from "../domain/errors.ts";
import { nearestWords } from "../domain/nearest.ts";
import { SAVED_NAME_MAX, type SavedQuestion } from "../domain/saved-question.ts";
import type { ScopeFilter } from "../domain/scope.ts";
import { appendAudit } from "../store/audit.ts";
import { loadSaved, removeSavedRow, writeSaved } from "../store/saved-questions.ts";
import type { Context, Verb } from "./context.ts";
import { auditOf } from "./manage-people.ts";

/** Most questions of one installation and of one person: a list people still read. */
const SAVED_MAX = 2_000;
const PER_PERSON_MAX = 200;
/** Any constant: two people who save at once take turns, so that a name is one's. */
const SAVE_LOCK = 7_316_231;

/**
 * Whether a saved question exists for somebody here: all that its owner could see and ask with it lies within what is
 * seen, since names tell, too; or it is theirs, and nobody else is listening.
 */
function isVisible(ctx: Context, saved: SavedQuestion): boolean {
  const alone = ctx.channel === undefined || ctx.channel.startsWith("@");
  if (alone && saved.owner.id === ctx.actor.id) return true;
  return isScopeWithin([...saved.access, ...saved.filters], ctx.scope);
}

/** The saved questions this person may know of, by name. */
export async function listSaved({ ctx }: Verb<object>): Promise<SavedQuestion[]> {
  return (await loadSaved(ctx.db.sql)).filter((saved) => isVisible(ctx, saved));
}

/** One by its name, among those this person may know of. Throws not-found with the nearest names. */
export async function findSaved({ ctx, input }: Verb<{ readonly name: string }>): Promise<SavedQuestion> {
  const known = await listSaved({ ctx, input: {} });
  const word = input.name.trim().toLowerCase();
  const found = known.find(({ name }) => name.toLowerCase() === word);
  if (found !== undefined) return found;
  const [near] = nearestWords(
    input.name,
    known.map(({ name }) => name),
  );
  throw new AppError("not-found", `There is no saved question "${input.name.slice(0, SAVED_NAME_MAX)}".`, {
    remedy: near === undefined ? "saved lists them; save NAME QUESTION makes one." : `Did you mean "${near}"?`,
  });
}

export type SaveQuestion = {
  readonly name: string;
  /** In canonical words. */
  readonly question: string;
  readonly filters: ScopeFilter;
};

/**
 * Names a question. The owner may give it another one; nobody else may. Anybody may save: it shows nothing to anybody
 * that they could not ask themselves. Errors: bad-input, conflict (the name is taken), limit.
 */
export async function saveQuestion({
  ctx,
  input,
}: Verb<SaveQuestion>): Promise<{ change: "created" | "changed"; saved: SavedQuestion }> {
  const name = input.name.trim();
  if (name === "" || name.length > SAVED_NAME_MAX) {
    throw new AppError("bad-input", `A saved question needs a name of at most ${SAVED_NAME_MAX} characters.`, {
      remedy: 'save burn last month by service · save "team burn" last month by team',
    });
  }
  const { actor } = ctx;
  const change = await ctx.db.sql.begin(async (tx) => {
    await tx`select pg_advisory_xact_lock(${SAVE_LOCK})`;
    const all = await loadSaved(tx);
    const before = all.find((saved) => saved.name.toLowerCase() === name.toLowerCase());
    if (before !== undefined && before.owner.id !== actor.id) throw taken(ctx, before);
    if (before === undefined) requireRoom(all, actor.id);
    const owner = { id: actor.id, name: actor.kind === "user" ? actor.name : actor.id };
    await writeSaved(tx, { name, question: input.question, filters: input.filters, access: ctx.scope, owner });
    const details = { name, before: before?.question ?? null, after: input.question };
    await appendAudit(tx, [auditOf(ctx, "question.save", name, details)]);
    return before === undefined ? ("created" as const) : ("changed" as const);
  });
  return { change, saved: await findSaved({ ctx, input: { name } }) };
}

/** Who it belongs to is only said to those who may know of it. */
function taken(ctx: Context, before: SavedQuestion): AppError {
  const whose = isVisible(ctx, before) ? ` by ${before.owner.name}` : "";
  return new AppError("conflict", `The name "${before.name}" is taken${whose}.`, { remedy: "Choose another name." });
}

function requireRoom(all: readonly SavedQuestion[], ownerId: string): void {
  const own = all.filter(({ owner }) => owner.id === ownerId).length;
  if (all.length < SAVED_MAX && own < PER_PERSON_MAX) return;
  throw new AppError("limit", `You have ${own} saved questions; there is no room for more.`, {
    remedy: "Remove some: saved lists them.",
  });
}

/** Removes one. Its owner may, and an admin. Subscriptions to it stand still at their next run, and say so. */
export async function removeSaved({ ctx, input }: Verb<{ readonly name: string }>): Promise<SavedQuestion> {
  const saved = await findSaved({ ctx, input });
  if (saved.owner.id !== ctx.actor.id && !hasRole(ctx.actor, "admin")) {
    throw new AppError("forbidden", `"${saved.name}" belongs to ${saved.owner.name}.`, {
      remedy: "Ask them, or an admin.",
    });
  }
  await ctx.db.sql.begin(async (tx) => {
    await removeSavedRow(tx, saved.id);
    await appendAudit(tx, [auditOf(ctx, "question.remove", saved.name, { question: saved.question })]);
  });
  return saved;
}
