import { createHash } from "node:crypto";
import { createReadStream } from "node:fs";
import { pipeline } from "node:stream/promises";

const READ_BYTES = 1 << 16;

/** SHA-256 of a file's bytes, hex. */
export async function fingerprintFile(path: string): Promise<string> {
  const hash = createHash("sha256");
  await pipeline(createReadStream(path, { highWaterMark: READ_BYTES }), hash);
  return hash.digest("hex");
}

/** One fingerprint for a set of files, whatever their order. */
export function fingerprintSet(sha256s: readonly string[]): string {
  return createHash("sha256")
    .update([...sha256s].sort().join("\n"))
    .digest("hex");
}
