/**
 * What reaches a person who looks elsewhere (`settings notify`): all, only what needs them, or nothing. The browser asks
 * for permission once, from the settings; without it the title still counts.
 */
export function notify(message, { level, isCalled, follows, onOpen }) {
  if (level === "none" || (document.visibilityState === "visible" && document.hasFocus())) return;
  if (level === "mentions" && !isCalled && !isIn(message, follows)) return;
  if (!("Notification" in window) || Notification.permission !== "granted") return;
  const where = message.channel.startsWith("@") ? "private" : `#${message.channel}`;
  const title = message.card === null ? `${message.author.name} · ${where}` : `${message.card.title} · ${where}`;
  const note = new Notification(title, {
    body: message.card?.summary ?? message.text,
    tag: message.key,
    icon: "/logo.svg",
  });
  note.addEventListener("click", () => {
    window.focus();
    note.close();
    onOpen(message);
  });
}

/** Their own talk, or a thread they are in. */
function isIn(message, follows) {
  return message.channel.startsWith("@") || (message.thread !== null && follows(message.thread));
}

/** Whether the card of a message calls this person. */
export function calls(message, person) {
  const parts = (message.card?.blocks ?? []).flatMap((block) =>
    block.kind === "facts" ? block.facts.flatMap(({ value }) => value) : (block.items?.flat() ?? block.text ?? []),
  );
  return parts.some((part) => part.person === person.id);
}
