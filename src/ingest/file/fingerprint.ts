import { createHash } from "node:crypto";
import { open } from "node:fs/promises";

const READ_BYTES = 1 << 20;

/** SHA-256 of a file's bytes, hex. One buffer for all of it: a stream's buffers were 60 MB before they were collected. */
export async function fingerprintFile(path: string): Promise<string> {
  const hash = createHash("sha256");
  const buffer = Buffer.allocUnsafeSlow(READ_BYTES);
  const file = await open(path);
  try {
    for (;;) {
      const { bytesRead } = await file.read(buffer, 0, READ_BYTES, null);
      if (bytesRead === 0) return hash.digest("hex");
      hash.update(buffer.subarray(0, bytesRead));
    }
  } finally {
    await file.close();
  }
}

/** One fingerprint for a set of files, whatever their order. */
export function fingerprintSet(sha256s: readonly string[]): string {
  return createHash("sha256")
    .update([...sha256s].sort().join("\n"))
    .digest("hex");
}
