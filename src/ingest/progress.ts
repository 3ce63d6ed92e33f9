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

/** Share of a file's work that is reading it; the rest is storing. */
const READING_SHARE = 0.7;

/** The progress of one call. */
export type Progress = {
  /** `share`: of the storing of the group in hand, 0…1. */
  readonly report: (phase: IngestProgress["phase"], what: string, share: number) => void;
  /** Files that are read together begin; the ones before are stored. */
  readonly group: (files: readonly FileInHand[]) => void;
  /** A file of the group begins; the one before is read. */
  readonly file: (file: FileInHand) => void;
  /** Share of the file in hand, 0…1. */
  readonly within: (share: number) => void;
  readonly rows: (rows: number) => void;
};

/** Counts the bytes of a call's files and tells how far it is. */
export function trackProgress(files: readonly FileInHand[], onProgress: (progress: IngestProgress) => void): Progress {
  const sizeOf = (some: readonly FileInHand[]): number => some.reduce((sum, file) => sum + file.bytes, 0);
  const bytesTotal = sizeOf(files);
  let [stored, group, read] = [0, 0, 0];
  let rows = 0;
  let percent = 0;
  let current: FileInHand | null = null;
  const tell = (phase: IngestProgress["phase"], what: string, done: number): void => {
    const now = bytesTotal === 0 ? 0 : Math.round((Math.min(done, bytesTotal) / bytesTotal) * 100);
    percent = Math.max(percent, now);
    onProgress({ phase, what, rows, bytes: stored + read, bytesTotal, percent });
  };
  const reading = (extra: number): void =>
    tell("reading", current?.path ?? "", stored + (read + extra) * READING_SHARE);
  return {
    report: (phase, what, share) => tell(phase, what, stored + group * (READING_SHARE + share * (1 - READING_SHARE))),
    group: (some) => {
      stored += group;
      [group, read] = [sizeOf(some), 0];
      current = null;
    },
    file: (file) => {
      read += current?.bytes ?? 0;
      current = file;
      reading(0);
    },
    within: (share) => reading((current?.bytes ?? 0) * share),
    rows: (count) => {
      read = group;
      current = null;
      rows += count;
    },
  };
}
