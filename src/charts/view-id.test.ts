import { expect, test } from "vitest";

import type { SparklineView } from "./chart-view.ts";
import { viewId } from "./view-id.ts";

const view: SparklineView = { kind: "sparkline", title: "Cost", currency: "USD", points: [], provisionalFrom: null };

test("the name is the content's, not the order of its members", () => {
  const { title, ...rest } = view;
  expect(viewId({ title, ...rest })).toBe(viewId({ ...rest, title }));
  expect(viewId({ ...view })).toBe(viewId(view));
  expect(viewId({ ...view, title: "Usage" })).not.toBe(viewId(view));
  expect(viewId(view)).toMatch(/^[0-9a-f]{40}$/);
});
