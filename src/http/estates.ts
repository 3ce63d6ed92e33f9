import { configureChannels } from "../store/conversations.ts";
import type { Estate, HttpDeps } from "./deps.ts";
import { createLiveHub, type LiveHub } from "./live.ts";
import { createMessageTexts, type MessageTexts } from "./message-view.ts";

export type OpenEstate = Estate & { readonly hub: LiveHub; readonly messageTexts: MessageTexts };
export type Estates = {
  /** The estate people see now: the sample one until real bills have a source. */
  readonly current: () => Promise<OpenEstate>;
  readonly real: OpenEstate;
  /** Makes every open page look again, at once. */
  readonly wakeAll: () => void;
  readonly close: () => Promise<void>;
};

/** Opens the conversation of each estate: configured channels exist, browsers can be told. */
export async function openEstates(deps: Pick<HttpDeps, "real" | "demo" | "channels">): Promise<Estates> {
  const open = async (estate: Estate): Promise<OpenEstate> => {
    await configureChannels(estate.base.db.sql, deps.channels);
    const hub = createLiveHub(estate.base.db.sql, estate.base.log);
    return { ...estate, hub, messageTexts: createMessageTexts() };
  };
  const real = await open(deps.real);
  const demo = deps.demo === null ? null : await open(deps.demo);
  return {
    real,
    current: async () => {
      if (demo === null) return real;
      const [row] = await real.base.db.sql<{ found: boolean }[]>`
        select exists (select 1 from source where removed_at is null) as found`;
      return row?.found === true ? real : demo;
    },
    wakeAll: () => {
      real.hub.wakeAll();
      demo?.hub.wakeAll();
    },
    close: async () => {
      await Promise.all([real.hub.close(), demo?.hub.close()]);
    },
  };
}
