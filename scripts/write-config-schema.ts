/** Writes docs/finops.schema.json, what editors check finops.yaml with. Run after changing src/config/file-schema.ts. */
import { writeFileSync } from "node:fs";

import { configJsonSchema } from "../src/config/problem.ts";

writeFileSync(
  new URL("../docs/finops.schema.json", import.meta.url),
  `${JSON.stringify(configJsonSchema(), null, 2)}\n`,
);
