// Writes docs/rules.md from the waste rules.
import { writeFileSync } from "node:fs";

import { rulesDocument } from "../src/analysis/waste/rules-document.ts";

writeFileSync(new URL("../docs/rules.md", import.meta.url), rulesDocument());
