/**
 * What is somebody's own (a setting, a code for them) is answered in their private talk. Where they asked, it is shown to
 * them alone, in the place of the answer.
 */
export function showAside(stream, askId, messages) {
  stream.forget(askId);
  for (const message of messages) stream.aside(message.key, message, "· only you see this, kept in Ask privately");
}
