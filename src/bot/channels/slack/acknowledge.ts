import type { App, ReceiverEvent } from "@slack/bolt";

/**
 * Hands a delivery to Bolt. Bolt acknowledges events before anybody has looked at them; here an event is acknowledged
 * when its handlers are done, so that what could not be recorded is delivered again.
 */
export async function acknowledgeWhenTaken(app: App, event: ReceiverEvent): Promise<void> {
  if (event.body["type"] !== "event_callback") return app.processEvent(event);
  await app.processEvent({ ...event, ack: () => Promise.resolve() });
  await event.ack();
}
