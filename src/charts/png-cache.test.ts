import { expect, test } from "vitest";

import { createPngCache } from "./png-cache.ts";

const picture = (size: number) => new Uint8Array(size);

test("what was unused for longest goes first, and the limit holds", () => {
  const cache = createPngCache(100);
  cache.set("a", picture(40));
  cache.set("b", picture(40));
  expect(cache.get("a")).toBeDefined();
  cache.set("c", picture(40));
  expect(cache.get("b")).toBeUndefined();
  expect(cache.get("a")).toBeDefined();
  expect(cache.bytes()).toBe(80);
});

test("a picture over the limit is not kept", () => {
  const cache = createPngCache(10);
  cache.set("a", picture(11));
  expect(cache.bytes()).toBe(0);
});
