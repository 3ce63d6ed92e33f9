import { expect, test } from "vitest";

import type { Channel } from "../../src/bot/channels/channel.ts";
import { plainCard } from "./arbitrary-card.ts";
import { posting as makePosting } from "./posting.ts";

/** What a person would see, newest state of each message, in order. */
export type Seen = readonly { readonly title: string }[];
export type ChannelUnderTest = { readonly channel: Channel; readonly seen: (place: string) => Promise<Seen> };

/** What every implementation of the port promises. Run by each one's test file. */
export function channelContract(create: () => Promise<ChannelUnderTest>): void {
  const posting = (key: string, title: string, revision = 1) =>
    makePosting({ channel: "finops", key, card: plainCard(title), revision });
  const titles = async (under: ChannelUnderTest) => (await under.seen("finops")).map((message) => message.title);

  test("posts appear in the order posted", async () => {
    const under = await create();
    await under.channel.post(posting("a", "first"));
    await under.channel.post(posting("b", "second"));
    expect(await titles(under)).toEqual(["first", "second"]);
  });

  test("the same key again is the same message", async () => {
    const under = await create();
    const one = await under.channel.post(posting("a", "once"));
    const two = await under.channel.post(posting("a", "once"));
    expect(two).toEqual(one);
    expect(await titles(under)).toEqual(["once"]);
  });

  test("an edit replaces what is seen; an older one changes nothing", async () => {
    const under = await create();
    const reference = await under.channel.post(posting("a", "draft"));
    await under.channel.update(reference, posting("a", "third", 3));
    await under.channel.update(reference, posting("a", "second", 2));
    expect(await titles(under)).toEqual(["third"]);
  });

  test("a repeated post brings the message to the revision wanted now", async () => {
    const under = await create();
    await under.channel.post(posting("a", "old"));
    await under.channel.post(posting("a", "new", 2));
    expect(await titles(under)).toEqual(["new"]);
  });

  test("a reference survives JSON", async () => {
    const under = await create();
    const reference = await under.channel.post(posting("a", "draft"));
    await under.channel.update(JSON.parse(JSON.stringify(reference)), posting("a", "final", 2));
    expect(await titles(under)).toEqual(["final"]);
  });
}
