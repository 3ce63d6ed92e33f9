/** Writes docs/lifecycle.md from the table the code runs on. Run after changing src/analysis/lifecycle.ts. */
import { writeFileSync } from "node:fs";

import { lifecycleDocument } from "../src/analysis/lifecycle-document.ts";

writeFileSync(new URL("../docs/lifecycle.md", import.meta.url), lifecycleDocument());
