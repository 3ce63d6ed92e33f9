/** How far an ingest is, for a progress bar. */
export type IngestProgress = {
  readonly phase: "waiting" | "checking" | "reading" | "building" | "storing";
  /** File or delivery in hand, for people. */
  readonly what: string;
  readonly rows: number;
  /** Bytes of the files finished so far and of all files of the call. */
  readonly bytes: number;
  readonly bytesTotal: number;
  /** 0…100 of the whole call. */
  readonly percent: number;
};
