import type { Channel, Posting } from "../../src/bot/channels/channel.ts";
import { TERMINAL_CAPABILITIES } from "../../src/bot/channels/terminal/capabilities.ts";
import type { Sql } from "../../src/store/db.ts";

export type TableSent = { readonly place: string; readonly key: string; readonly maybe: boolean };

/** A surface that outlives the process that sends to it and knows no repetition: every post is one more row. */
export function createTableChannel(sql: Sql): Channel & { readonly sent: () => Promise<TableSent[]> } {
  const ready = sql`create table if not exists sent (id serial, place text, key text, maybe boolean)`;
  const post = async ({ channel, key, maybePosted }: Posting) => {
    await ready;
    const [row] = await sql<{ id: number }[]>`
      insert into sent (place, key, maybe) values (${channel}, ${key}, ${maybePosted}) returning id`;
    return { channel, id: String(row?.id) };
  };
  return {
    name: "slack",
    capabilities: TERMINAL_CAPABILITIES,
    pace: { secondsBetween: 0, placesAtOnce: 4 },
    sent: async () => {
      await ready;
      return [...(await sql<TableSent[]>`select place, key, maybe from sent order by id`)];
    },
    post,
    update: () => Promise.resolve(),
    postPrivate: (person, posting) => post({ ...posting, channel: person }),
    upload: ({ channel, key }) => Promise.resolve({ channel, id: key }),
    openForm: () => Promise.resolve(),
  };
}
