/**
 * Runs a piece of work once while it is under way: who asks for the same again meanwhile (a request repeated because its
 * answer was slow or lost) gets what the first gets. What was done before is for the caller to know.
 */
export function createOnce<Result>(): (key: string, work: () => Promise<Result>) => Promise<Result> {
  const running = new Map<string, Promise<Result>>();
  return (key, work) => {
    const known = running.get(key);
    if (known !== undefined) return known;
    const started = work().finally(() => running.delete(key));
    running.set(key, started);
    return started;
  };
}
