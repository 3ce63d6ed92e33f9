import type { ScopeFilter } from "./scope.ts";

export const SAVED_NAME_MAX = 60;

/** A question somebody named. Whoever runs it sees their own part of the answer. */
export type SavedQuestion = {
  readonly id: string;
  readonly name: string;
  /** In canonical words, without the command. */
  readonly question: string;
  readonly filters: ScopeFilter;
  /** What its owner could see where it was saved. */
  readonly access: ScopeFilter;
  readonly owner: { readonly id: string; readonly name: string };
};
