/** Times as the person set them: `settings timezone`, else the browser's zone. Costs stay in UTC days. */
let formats = formatsIn(undefined);

/** null: the browser's own zone. A zone this browser does not know counts as none. */
export function setTimeZone(name) {
  try {
    formats = formatsIn(name ?? undefined);
  } catch {
    formats = formatsIn(undefined);
  }
}

export function timeOf(iso) {
  return formats.time.format(new Date(iso));
}

/** Day and time to the second, with the zone: what a pointer over a time shows. */
export function momentOf(iso) {
  return formats.moment.format(new Date(iso));
}

/** "Today", "Yesterday", or the day by name. */
export function dayOf(iso) {
  const days = dayNumber(new Date()) - dayNumber(new Date(iso));
  return days === 0 ? "Today" : days === 1 ? "Yesterday" : formats.day.format(new Date(iso));
}

/** Short, for lists: the time of today, else the date. */
export function whenOf(iso) {
  return dayNumber(new Date()) === dayNumber(new Date(iso)) ? timeOf(iso) : formats.date.format(new Date(iso));
}

/** Days since 1970 in the person's zone. */
function dayNumber(date) {
  const part = Object.fromEntries(formats.parts.formatToParts(date).map(({ type, value }) => [type, Number(value)]));
  return Date.UTC(part.year, part.month - 1, part.day) / 86_400_000;
}

function formatsIn(timeZone) {
  const format = (options) => new Intl.DateTimeFormat(undefined, { timeZone, ...options });
  return {
    time: format({ hour: "2-digit", minute: "2-digit" }),
    moment: format({ dateStyle: "full", timeStyle: "long" }),
    day: format({ weekday: "long", day: "numeric", month: "long" }),
    date: format({ day: "numeric", month: "short", year: "numeric" }),
    parts: new Intl.DateTimeFormat("en", { timeZone, year: "numeric", month: "numeric", day: "numeric" }),
  };
}
