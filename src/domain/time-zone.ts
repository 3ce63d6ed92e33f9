/** Whether the runtime knows the IANA zone. */
export function isTimeZone(zone: string): boolean {
  try {
    // `+02:00` is accepted by Intl as well, but has no daylight saving: not what a person means here.
    return /^[A-Za-z]/.test(zone) && new Intl.DateTimeFormat("en", { timeZone: zone }).format(0) !== "";
  } catch (error) {
    if (error instanceof RangeError) return false;
    throw error;
  }
}
