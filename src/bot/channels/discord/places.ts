import { Routes, type APIChannel, type APIMessage } from "discord-api-types/v10";

import type { Posting, Reference } from "../channel.ts";
import { CODE, codeOf } from "./discord-error.ts";
import type { DiscordRest } from "./discord-rest.ts";
import { THREAD_NAME_MAX } from "./limits.ts";
import { label } from "./render-text.ts";

/** Threads and private talks remembered by one process; others are asked for again. */
const REMEMBERED_MAX = 2_000;
const THREAD_MINUTES = 10_080;

export type Places = {
  /** Where a posting goes, without the id of the message to come. `title` names a thread that has to be begun. */
  readonly find: (posting: Pick<Posting, "channel" | "thread">, title: string) => Promise<Reference>;
};

export function createPlaces(rest: DiscordRest): Places {
  const privateTalks = new Map<string, string>();
  const threads = new Map<string, string | null>();
  const privateTalk = async (person: string): Promise<string> => {
    const known = privateTalks.get(person);
    if (known !== undefined) return known;
    const { id } = await rest.post<APIChannel>(Routes.userChannels(), { body: { recipient_id: person } });
    keep(privateTalks, person, id);
    return id;
  };

  /** Where a posting goes: the channel, the private talk, or the thread under the message it belongs to. */
  const find = async (posting: Pick<Posting, "channel" | "thread">, title: string): Promise<Reference> => {
    const channel = posting.channel.startsWith("@") ? await privateTalk(posting.channel.slice(1)) : posting.channel;
    if (posting.thread === null) return { channel, id: "" };
    const parent = posting.thread;
    const known = threads.get(parent.id);
    const thread = known === undefined ? await threadUnder(rest, parent, title) : known;
    keep(threads, parent.id, thread);
    return thread === null ? { channel: parent.thread ?? parent.channel, id: "" } : { channel, id: "", thread };
  };
  return { find };
}

/** The newest are kept, the oldest forgotten. */
export function keep<T>(map: Map<string, T>, key: string, value: T): void {
  map.delete(key);
  map.set(key, value);
  const [oldest] = map.keys();
  if (map.size > REMEMBERED_MAX && oldest !== undefined) map.delete(oldest);
}

/** Nothing is edited in an archived thread: it is opened again first. */
export async function inOpenThread<T>(rest: DiscordRest, channel: string, act: () => Promise<T>): Promise<T> {
  try {
    return await act();
  } catch (error) {
    if (codeOf(error) !== CODE.archivedThread) throw error;
    await rest.patch(Routes.channel(channel), { body: { archived: false } });
    return act();
  }
}

/** The public thread under a message, begun if need be; null where there are no threads (private talks, inside threads). */
async function threadUnder(rest: DiscordRest, parent: Reference, title: string): Promise<string | null> {
  if (parent.thread !== undefined) return null;
  try {
    const name = label((await titleOf(rest, parent)) ?? title, THREAD_NAME_MAX);
    const body = { name, auto_archive_duration: THREAD_MINUTES };
    const thread = await rest.post<APIChannel>(Routes.threads(parent.channel, parent.id), { body });
    return thread.id;
  } catch (error) {
    // A message's thread has the message's id.
    if (codeOf(error) === CODE.threadExists) return parent.id;
    if (codeOf(error) === CODE.notInThisChannel) return null;
    throw error;
  }
}

/** What the parent is about; null when we may not read it. One that is gone stays an error: nothing goes under it. */
async function titleOf(rest: DiscordRest, parent: Reference): Promise<string | null> {
  try {
    const message = await rest.get<APIMessage>(Routes.channelMessage(parent.channel, parent.id));
    return message.embeds[0]?.title ?? null;
  } catch (error) {
    if (codeOf(error) === CODE.missingAccess || codeOf(error) === CODE.missingPermissions) return null;
    throw error;
  }
}
