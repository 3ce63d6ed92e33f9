import { tmpdir } from "node:os";
import { join } from "node:path";

import { readCharts, readFigures, readIngest, type Reader } from "./readers.ts";

export type Bench = {
  readonly name: string;
  readonly about: string;
  /** What `npm run bench -- NAME` runs: a script of this folder and its words. */
  readonly script: string;
  readonly words: readonly string[];
  /** The words of `--small`: seconds, to see that it runs; its figures are not kept. */
  readonly small: readonly string[];
  /** Takes `--keep DIR`: what is slow to build stays there and is used again. */
  readonly keeps: boolean;
  /** Part of `npm run bench -- all`, which takes at most 20 minutes on two cores. */
  readonly inAll: boolean;
  readonly read: Reader;
};

/** Bills are the same in every run: written once on a machine. */
const BILLS = ["--dir", join(tmpdir(), "finops-bench")];

/** Every bench there is. A new one prints `{ "figures": [...] }` on its last line (figure.ts) and is listed here. */
export const BENCHES: readonly Bench[] = [
  {
    name: "charts",
    about: "pictures: first of a process, cold, cached",
    script: "charts.ts",
    words: ["--json"],
    small: ["--json"],
    keeps: false,
    inAll: true,
    read: readCharts,
  },
  {
    name: "conversation",
    about: "question to card and picture: 8 people ask while 1 M hourly rows are ingested; a year of 1 M day rows",
    script: "conversation.ts",
    words: [],
    small: ["--small"],
    keeps: true,
    inAll: true,
    read: readFigures,
  },
  {
    name: "ingest",
    about: "1 M hourly FOCUS rows of 44 columns, and 1 M that do not collapse, against DuckDB's own load",
    script: "ingest.ts",
    words: BILLS,
    small: [...BILLS, "--only", "parquet"],
    keeps: false,
    inAll: true,
    read: readIngest,
  },
  {
    name: "ingest-10m",
    about: "10 M hourly FOCUS rows in one file beside 1 M: rate and memory stay what they are",
    script: "ingest.ts",
    words: [...BILLS, "--days", "1,10", "--only", "gz,parquet"],
    small: [...BILLS, "--days", "1,2", "--only", "parquet"],
    keeps: false,
    inAll: false,
    read: readIngest,
  },
  {
    name: "questions",
    about: "30 questions over a year of 3 M stored day rows (72 M source rows)",
    script: "questions.ts",
    words: ["--rows", "3000000"],
    small: ["--small", "--rounds", "2"],
    keeps: true,
    inAll: false,
    read: readFigures,
  },
  {
    name: "questions-15m",
    about: "30 questions over a year of 15 M stored day rows (360 M source rows): the size the bars are set for",
    script: "questions.ts",
    words: [],
    small: ["--small", "--rounds", "2"],
    keeps: true,
    inAll: true,
    read: readFigures,
  },
  {
    name: "outbox",
    about:
      "5,000 cards over 100 places, one rate limited, one refused, one that hangs; posts and edits of the web chat",
    script: "outbox.ts",
    words: [],
    small: ["--messages", "500", "--places", "10"],
    keeps: false,
    inAll: true,
    read: readFigures,
  },
  {
    name: "size",
    about: "disk a million source rows and a million day rows, by kind of table; 100 M day rows extrapolated",
    script: "size.ts",
    words: [],
    small: ["--small"],
    keeps: false,
    inAll: true,
    read: readFigures,
  },
  {
    name: "budgets",
    about: "1,000 budgets judged after a flip; a year of 1 M stored day rows",
    script: "budgets.ts",
    words: [],
    small: ["--budgets", "100", "--rows", "100000"],
    keeps: false,
    inAll: true,
    read: readFigures,
  },
  {
    name: "demo",
    about: "the sample estate: first and later start of the service, and bills of 1 M and 3 M hourly rows written",
    script: "demo.ts",
    words: [],
    small: ["--rows", "50000"],
    keeps: false,
    inAll: true,
    read: readFigures,
  },
  {
    name: "chat-platforms",
    about:
      "Slack: 200 commands at once, idle and during an ingest; 5,000 cards over 100 channels, one limited, killed in the middle",
    script: "chat-platforms.ts",
    words: BILLS,
    small: ["--small", "--no-ingest"],
    keeps: false,
    inAll: true,
    read: readFigures,
  },
  {
    name: "discord-load",
    about:
      "Discord: 200 commands at once, idle and during an ingest; 5,000 messages over 100 channels, one limited, killed in the middle",
    script: "discord-load.ts",
    words: BILLS,
    small: ["--small", "--no-ingest"],
    keeps: false,
    inAll: true,
    read: readFigures,
  },
];
