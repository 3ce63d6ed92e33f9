import { Routes, type APIInteraction } from "discord-api-types/v10";

import { CODE, codeOf, toChannelError } from "./discord-error.ts";
import type { DiscordRest } from "./discord-rest.ts";
import type { Deliver } from "./handle-interaction.ts";

/** Discord waits three seconds; a try that begins later than this would come too late. */
const LAST_TRY_MS = 2_500;
/** Tries of one acknowledgement: of a line that breaks the second is a new one, and a proxy's bad moment is short. */
const TRIES = 4;
const PAUSE_FIRST_MS = 50;

/**
 * The first answer of an interaction, by REST. A connection that Discord closes at the moment we use it tells nobody
 * whether it got through: it is sent again while there is time, and "already acknowledged" says that it had.
 */
export function deliverCallback(rest: DiscordRest, interaction: APIInteraction): Deliver {
  const route = Routes.interactionCallback(interaction.id, interaction.token);
  const since = performance.now();
  return async (body) => {
    for (let attempt = 1; ; attempt += 1) {
      try {
        await rest.post(route, { body, auth: false });
        return;
      } catch (error) {
        // Whoever repeated a delivery was turned away before (kept once), so this was us.
        if (codeOf(error) === CODE.alreadyAcknowledged) return;
        const late = performance.now() - since > LAST_TRY_MS;
        if (toChannelError(error).kind !== "unavailable" || late || attempt === TRIES) throw error;
        await new Promise((resolve) => setTimeout(resolve, PAUSE_FIRST_MS * 2 ** (attempt - 1)));
      }
    }
  };
}
