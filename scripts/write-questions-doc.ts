// Writes docs/questions.md from the clause table of the question language.
import { writeFileSync } from "node:fs";

import { questionsDocument } from "../src/bot/grammar/question-help.ts";

writeFileSync(new URL("../docs/questions.md", import.meta.url), questionsDocument());
