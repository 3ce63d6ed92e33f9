import { DIMENSIONS } from "../../domain/dimension.ts";
import { EXCLUDABLE_KINDS } from "../../domain/kind.ts";
import { CLAUSES } from "./clauses.ts";

/** The line under `cost` in help: every clause in canonical order. */
export const QUESTION_USAGE = `cost ${CLAUSES.map((clause) => (clause.syntax.startsWith("{") ? clause.syntax : `[${clause.syntax}]`)).join(" ")}`;

/** Examples for help, one a clause. */
export function questionExamples(): string[] {
  return CLAUSES.map((clause) => `cost ${clause.examples[0] ?? ""}`.trim());
}

const PERIODS: readonly (readonly [string, string])[] = [
  ["today, yesterday", "one UTC day"],
  ["7d, 4w, 3m (last 30 days)", "days, weeks or months up to and including today"],
  [
    "this week|month|quarter|year (mtd, qtd, ytd)",
    "from its first day up to and including today; weeks begin on Monday",
  ],
  ["last week|month|quarter|year", "the whole calendar unit before this one"],
  [
    "2026, 2026-q3, 2026-09 (september, september 2026), 2026-09-01",
    "a whole year, quarter, month or day; a name without a year is the latest that has begun",
  ],
  ["2026-w12 (week 12, week of 2026-03-17), 2026-h1 (h1 2026)", "an ISO week from Monday; half a year"],
  ["A..B", "days or months, the end exclusive: 2026-09-01..2026-09-15 is 14 days"],
  ["january to march 2026, from 2026-01 to 2026-03", "whole months, both included"],
  ["since DAY", "from that day up to and including today"],
];

/** The EBNF of the language (ISO 14977), generated from the clause table. */
export function questionEbnf(): string {
  const clauses = CLAUSES.map((clause) => `${clause.id.replace("period", "period-clause")} = ${clause.ebnf} ;`);
  return [
    `question = [ "cost" ] , { ${CLAUSES.map((clause) => clause.id.replace("period", "period-clause")).join(" | ")} } ;`,
    ...clauses,
    `period = "today" | "yesterday" | number , ( "d" | "w" | "m" ) | ( "this" | "last" ) , ( "week" | "month" | "quarter" | "year" )`,
    `       | "mtd" | "qtd" | "ytd" | year | year , "-q" , ( "1" | "2" | "3" | "4" ) | year , "-h" , ( "1" | "2" ) | year , "-w" , digit , digit | month | day | day , ".." , day | "since" , day ;`,
    `dim = ${DIMENSIONS.map((word) => `"${word}"`).join(" | ")} | "tag:" , value ;`,
    `kind = ${EXCLUDABLE_KINDS.map((word) => `"${word}"`).join(" | ")} ;`,
    `value = word | '"' , { character | '\\"' | '\\\\' } , '"' | "untagged" | "none" ;`,
    `year = "20" , digit , digit ; month = year , "-" , digit , digit ; day = month , "-" , digit , digit ;`,
    `currency = letter , letter , letter ; number = digit , { digit } ;`,
  ].join("\n");
}

/** docs/questions.md. A test holds the file equal to this text. */
export function questionsDocument(): string {
  const lines = [
    "# Questions",
    "",
    "<!-- Generated from src/bot/grammar/clauses.ts by `node scripts/write-questions-doc.ts`; do not edit. -->",
    "",
    "One language on every surface: chat, terminal, API, digests. Clauses come in any order; words are not case-sensitive;",
    "the same question gives the same answer everywhere. What is not understood is answered with questions that run.",
    "",
    "```",
    QUESTION_USAGE,
    "```",
    "",
    "| clause | also | what it does | examples |",
    "|---|---|---|---|",
    ...CLAUSES.map(
      (clause) =>
        `| \`${escapeCell(clause.syntax)}\` | ${[...clause.words.slice(1), ...(clause.whole ?? [])].join(", ")} | ${escapeCell(clause.summary)} | ${clause.examples.map((example) => `\`cost ${escapeCell(example)}\``).join("<br>")} |`,
    ),
    "",
    "## Periods",
    "",
    "| said | days |",
    "|---|---|",
    ...PERIODS.map(([said, days]) => `| ${escapeCell(said)} | ${days} |`),
    "",
    "`today` is the business day in UTC, as bills count days. The days of the last billing lag are incomplete: the receipt names the",
    "last complete day, and comparisons end there on both sides.",
    "",
    "## Dimensions",
    "",
    `${DIMENSIONS.map((word) => `\`${word}\``).join(", ")}, \`tag:KEY\`. Plurals work, and *account*, *subscription*, *project* (sub-account), *cloud*,`,
    "*vendor* (provider), *env*. `team`, `product` and `environment` are read from the tag keys that `finops.yaml` lists.",
    "Values match whatever their case; sub-accounts, billing accounts and resources match by id or by name. A value of several words is quoted.",
    "",
    "## Grammar",
    "",
    "```ebnf",
    questionEbnf(),
    "```",
    "",
  ];
  return lines.join("\n");
}

function escapeCell(text: string): string {
  return text.replaceAll("|", "\\|");
}
