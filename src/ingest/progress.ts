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

type FileInHand = { readonly path: string; readonly bytes: number };

/** Share of the call that is reading; the rest is storing. */
const READING_PERCENT = 70;

/** The progress of one call. */
export type Progress = {
  readonly report: (phase: IngestProgress["phase"], what: string, share: number) => void;
  /** A file begins; the one before is done. */
  readonly file: (file: FileInHand) => void;
  /** Share of the file in hand, 0…1. */
  readonly within: (share: number) => void;
  readonly rows: (rows: number) => void;
};

/** Counts the bytes of a call's files and tells how far it is. */
export function trackProgress(files: readonly FileInHand[], onProgress: (progress: IngestProgress) => void): Progress {
  const bytesTotal = files.reduce((sum, file) => sum + file.bytes, 0);
  let bytes = 0;
  let rows = 0;
  let current: FileInHand | null = null;
  const tell = (phase: IngestProgress["phase"], what: string, percent: number): void =>
    onProgress({ phase, what, rows, bytes, bytesTotal, percent: Math.min(100, Math.round(percent)) });
  const reading = (extra: number): void =>
    tell("reading", current?.path ?? "", bytesTotal === 0 ? 0 : ((bytes + extra) / bytesTotal) * READING_PERCENT);
  return {
    report: (phase, what, share) => tell(phase, what, READING_PERCENT + share * (100 - READING_PERCENT)),
    file: (file) => {
      bytes += current?.bytes ?? 0;
      current = file;
      reading(0);
    },
    within: (share) => reading((current?.bytes ?? 0) * share),
    rows: (count) => {
      bytes = bytesTotal;
      rows = count;
    },
  };
}
