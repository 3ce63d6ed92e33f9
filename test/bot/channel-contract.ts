import * as fc from "fast-check";
import { describe, expect, test } from "vitest";

import type { Action, Card } from "../../src/bot/card.ts";
import type { ChannelError } from "../../src/bot/channels/channel-error.ts";
import type { Channel, Form, Posting, Reference } from "../../src/bot/channels/channel.ts";
import { anyCard, plainCard } from "./arbitrary-card.ts";
import { posting as makePosting } from "./posting.ts";

/** A message as somebody sees it now. */
export type Seen = {
  /** The title of its card, or the name of its file. */
  readonly title: string;
  /** Title of the message it hangs from; null = it stands in the channel itself. */
  readonly under: string | null;
  /** What its buttons carry, in order; null where buttons are not seen (a terminal). */
  readonly tokens: readonly string[] | null;
  /** Says of itself that it may be a repetition. */
  readonly marked: boolean;
  /** Text of its file; null = it has none. */
  readonly file: string | null;
};

/** One implementation, fresh, and a look at what people there see. */
export type ChannelUnderTest = {
  readonly channel: Channel;
  /** A place it may write to, and a person it may write to privately, in the surface's own names. */
  readonly place: string;
  readonly person: string;
  /** What stands in a place, oldest first, replies included, in the newest state of each message. */
  readonly seen: (place: string) => Promise<readonly Seen[]>;
  /** What one person alone sees. */
  readonly seenBy: (person: string) => Promise<readonly Seen[]>;
  /** What can go wrong there; none for a surface of our own (`delivery.remote`). */
  readonly platform?: Platform;
  /** A click that may open a form, and the forms it opened; none where the surface opens them by itself. */
  readonly forms?: { readonly trigger: () => Promise<string>; readonly opened: () => Promise<readonly FormSeen[]> };
};
/** Each fault is over when `lift` is called. */
export type Platform = {
  /** Deletes a message behind the bot's back. */
  readonly remove: (reference: Reference) => Promise<void>;
  readonly faults: Readonly<Record<"rate-limited" | "unavailable" | "refused", () => { readonly lift: () => void }>>;
};
export type FormSeen = { readonly title: string; readonly token: string; readonly fields: readonly string[] };

const button: Action = { kind: "button", label: "Why", style: "primary", command: "cost last month" };
const select: Action = {
  kind: "select",
  label: "Snooze",
  options: [
    { label: "A day", command: "budget snooze a 1d" },
    { label: "A week", command: "budget snooze a 7d" },
  ],
};
const form: Form = {
  kind: "form",
  label: "Reject…",
  style: "danger",
  title: "Reject it",
  submit: "Reject",
  fields: [
    { kind: "text", name: "reason", label: "Reason", required: true, lengthMax: 200, multiline: true },
    { kind: "choice", name: "kind", label: "Kind", required: false, options: [{ label: "Kept", value: "kept" }] },
    { kind: "day", name: "until", label: "Until", required: false },
  ],
  command: ["recs reject a --reason ", { field: "reason" }],
};
const tokenOf = (letter: string): string => `f:${letter.repeat(22)}`;

/**
 * What every implementation of the port promises. Run by each one's test file: `create` gives a channel nothing was
 * posted to yet.
 */
export function channelContract(create: () => Promise<ChannelUnderTest>): void {
  postsAndEdits(create);
  threadsPeopleFiles(create);
  actions(create);
  faults(create);

  test("any card with any text is taken", async () => {
    const { channel, posting, place, seen } = await openChannel(create);
    let count = 0;
    await fc.assert(
      fc.asyncProperty(anyCard, async (card) => {
        count += 1;
        const tokens = card.actions.map((_, index) => `f:${String(count * 100 + index).padStart(22, "0")}`);
        await channel.post(posting(`any:${count}`, card, { tokens }));
      }),
      { numRuns: 15, endOnFailure: true },
    );
    // Beside a card there may be files of what did not fit on it.
    expect((await seen(place)).filter(({ file }) => file === null)).toHaveLength(count);
  });
}

async function openChannel(create: () => Promise<ChannelUnderTest>) {
  const under = await create();
  const posting = (key: string, card: Card | string, more: Partial<Posting> = {}) =>
    makePosting({ channel: under.place, key, card: typeof card === "string" ? plainCard(card) : card, ...more });
  const titles = async () => (await under.seen(under.place)).map(({ title }) => title);
  return { ...under, posting, titles };
}

function postsAndEdits(create: () => Promise<ChannelUnderTest>): void {
  const open = () => openChannel(create);
  describe("posts and edits", () => {
    test("posts appear in the order posted", async () => {
      const { channel, posting, titles } = await open();
      await channel.post(posting("a", "first"));
      await channel.post(posting("b", "second"));
      expect(await titles()).toEqual(["first", "second"]);
    });

    test("a post repeated after a crash is one message, or says that it may be a repetition", async () => {
      const { channel, posting, seen, place } = await open();
      const one = await channel.post(posting("a", "once"));
      const two = await channel.post(posting("a", "once", { maybePosted: true }));
      const messages = await seen(place);
      const same = messages.length === 1;
      expect(same || channel.capabilities.delivery.repeats === "marked").toBe(true);
      expect(JSON.stringify(two) === JSON.stringify(one)).toBe(same);
      expect(messages.slice(1).every(({ marked }) => marked)).toBe(true);
    });

    test("an edit replaces what is seen; an older one changes nothing", async () => {
      const { channel, posting, titles } = await open();
      const reference = await channel.post(posting("a", "draft"));
      await channel.update(reference, posting("a", "third", { revision: 3 }));
      await channel.update(reference, posting("a", "second", { revision: 2 }));
      expect(await titles()).toEqual(["third"]);
    });

    test("a repeated post brings the message to the revision wanted now", async () => {
      const { channel, posting, titles } = await open();
      await channel.post(posting("a", "old"));
      await channel.post(posting("a", "new", { revision: 2, maybePosted: true }));
      expect((await titles()).at(-1)).toBe("new");
    });

    test("a reference survives JSON", async () => {
      const { channel, posting, titles } = await open();
      const reference = await channel.post(posting("a", "draft"));
      await channel.update(JSON.parse(JSON.stringify(reference)), posting("a", "final", { revision: 2 }));
      expect(await titles()).toEqual(["final"]);
    });
  });
}

function threadsPeopleFiles(create: () => Promise<ChannelUnderTest>): void {
  const open = () => openChannel(create);
  describe("threads, people, files", () => {
    test("a reply hangs from its parent, and is edited there", async () => {
      const { channel, posting, seen, place } = await open();
      const parent = await channel.post(posting("a", "parent"));
      const reply = await channel.post(posting("a:1", "reply", { thread: parent }));
      await channel.post(posting("b", "beside"));
      await channel.update(reply, posting("a:1", "reply edited", { thread: parent, revision: 2 }));
      const messages = await seen(place);
      expect(new Map(messages.map(({ title, under }) => [title, under]))).toEqual(
        new Map([
          ["parent", null],
          ["reply edited", "parent"],
          ["beside", null],
        ]),
      );
    });

    test("a private card is seen by that person and stands in no channel; it can be edited", async () => {
      const { channel, posting, seenBy, seen, place, person } = await open();
      const reference = await channel.postPrivate(person, posting("p", "for you", { channel: `@${person}` }));
      await channel.update(reference, posting("p", "still for you", { channel: `@${person}`, revision: 2 }));
      expect((await seenBy(person)).map(({ title }) => title)).toEqual(["still for you"]);
      expect(await seen(place)).toEqual([]);
    });

    test("a reply to a private card hangs from it, or follows it where private talks have no threads", async () => {
      const { channel, posting, seenBy, person } = await open();
      const at = { channel: `@${person}` };
      const parent = await channel.postPrivate(person, posting("p", "for you", at));
      await channel.postPrivate(person, posting("p:1", "more of it", { ...at, thread: parent }));
      const under = channel.capabilities.delivery.privateReplies === "thread" ? "for you" : null;
      expect((await seenBy(person)).map((one) => [one.title, one.under])).toEqual([
        ["for you", null],
        ["more of it", under],
      ]);
    });

    test("a file larger than the surface takes is refused before it is sent", async () => {
      const { channel, posting, seen, place } = await open();
      const max = channel.capabilities.delivery.fileBytes;
      const { card: _card, tokens: _tokens, ...bare } = posting("big", "");
      const size = Number.isFinite(max) ? max + 1 : 1;
      const sent = channel.upload({
        ...bare,
        file: { name: "big.csv", mime: "text/csv", bytes: Buffer.alloc(size, "x") },
      });
      const outcome = await sent.then(
        () => "taken",
        ({ kind }: ChannelError) => kind,
      );
      expect(outcome).toBe(Number.isFinite(max) ? "invalid" : "taken");
      expect(await seen(place)).toHaveLength(Number.isFinite(max) ? 0 : 1);
    });

    test("a file goes under its card, as it is", async () => {
      const { channel, posting, seen, place } = await open();
      const parent = await channel.post(posting("d", "digest"));
      const { card: _card, tokens: _tokens, ...bare } = posting("d:csv", "", { thread: parent });
      const file = { name: "digest.csv", mime: "text/csv", bytes: Buffer.from("team,cost\né,1.50\n") };
      await channel.upload({ ...bare, file });
      const messages = await seen(place);
      expect(messages.filter(({ file: text }) => text !== null)).toMatchObject([
        { title: "digest.csv", under: "digest", file: "team,cost\né,1.50\n" },
      ]);
    });
  });
}

function actions(create: () => Promise<ChannelUnderTest>): void {
  const open = () => openChannel(create);
  describe("actions", () => {
    test("each carries its token, in order; an edit carries the new ones", async () => {
      const { channel, posting, seen, place } = await open();
      const card = { ...plainCard("card"), actions: [button, select, form] };
      const reference = await channel.post(posting("a", card, { tokens: ["a", "b", "c"].map(tokenOf) }));
      const before = (await seen(place))[0]?.tokens;
      expect(before ?? ["a", "b", "c"].map(tokenOf)).toEqual(["a", "b", "c"].map(tokenOf));
      const edited = posting("a", { ...card, actions: [button] }, { revision: 2, tokens: [tokenOf("d")] });
      await channel.update(reference, edited);
      expect((await seen(place))[0]?.tokens ?? [tokenOf("d")]).toEqual([tokenOf("d")]);
    });

    test("a card without actions has no buttons left", async () => {
      const { channel, posting, seen, place } = await open();
      const card = { ...plainCard("card"), actions: [button] };
      const reference = await channel.post(posting("a", card, { tokens: [tokenOf("a")] }));
      await channel.update(reference, posting("a", "decided", { revision: 2 }));
      expect((await seen(place))[0]?.tokens ?? []).toEqual([]);
    });

    test("a form opens for whoever clicked, with its fields and its token; or the surface says that it does that itself", async () => {
      const { channel, forms } = await open();
      const { opens } = channel.capabilities.forms;
      const opening = channel.openForm((await forms?.trigger()) ?? "", form, tokenOf("f"));
      const outcome = await opening.then(
        () => "opened",
        ({ kind }: ChannelError) => kind,
      );
      expect(outcome).toBe(opens === "page" ? "invalid" : "opened");
      const seen: FormSeen = { title: form.title, token: tokenOf("f"), fields: form.fields.map(({ name }) => name) };
      expect((await forms?.opened()) ?? []).toEqual(opens === "modal" ? [seen] : []);
    });
  });
}

/** What a platform of somebody else's may do; one of our own does none of it, and says so. */
function faults(create: () => Promise<ChannelUnderTest>): void {
  const open = () => openChannel(create);
  describe("what goes wrong", () => {
    test("only a platform of somebody else's has troubles of its own", async () => {
      const { channel, platform } = await open();
      expect(platform !== undefined).toBe(channel.capabilities.delivery.remote);
    });

    test("what is gone is said to be gone, and a new generation under the same key is a new message", async () => {
      const { channel, posting, titles, platform } = await open();
      const reference = await channel.post(posting("a", "draft"));
      await platform?.remove(reference);
      const edit = channel.update(reference, posting("a", "final", { revision: 2 }));
      const outcome = await edit.then(
        () => "edited",
        ({ kind }: ChannelError) => kind,
      );
      expect(outcome).toBe(platform === undefined ? "edited" : "gone");
      if (platform !== undefined) await channel.post(posting("a", "final", { revision: 2, generation: 2 }));
      expect(await titles()).toEqual(["final"]);
    });

    test.each(["rate-limited", "unavailable", "refused"] as const)(
      "%s is told apart, whatever was to be done, and nothing is there twice when it is over",
      async (kind) => {
        const { channel, posting, titles, platform } = await open();
        const reference = await channel.post(posting("a", "draft"));
        const fault = platform?.faults[kind]();
        const outcomeOf = (act: Promise<unknown>): Promise<string> =>
          act.then(
            () => "done",
            (error: ChannelError) => `${error.name} ${error.kind}`,
          );
        const expected = fault === undefined ? "done" : `ChannelError ${kind}`;
        expect(await outcomeOf(channel.post(posting("b", "beside")))).toBe(expected);
        expect(await outcomeOf(channel.update(reference, posting("a", "final", { revision: 2 })))).toBe(expected);
        fault?.lift();
        await channel.post(posting("b", "beside", { maybePosted: kind === "unavailable" }));
        await channel.update(reference, posting("a", "final", { revision: 2 }));
        expect(await titles()).toEqual(["final", "beside"]);
      },
    );
  });
}
