import { inflateRawSync } from "node:zlib";

const LOCAL_HEADER = 0x04034b50;
const DESCRIPTOR_FLAG = 8;

/** All text of a workbook: its XML parts, unpacked one after the other. Reads what our writer writes, not every ZIP. */
export function textOfXlsx(bytes: Uint8Array): string {
  const buffer = Buffer.from(bytes);
  const parts: string[] = [];
  for (let at = 0; at >= 0 && at + 30 <= buffer.length;) {
    if (buffer.readUInt32LE(at) !== LOCAL_HEADER) break;
    const method = buffer.readUInt16LE(at + 8);
    const start = at + 30 + buffer.readUInt16LE(at + 26) + buffer.readUInt16LE(at + 28);
    const next = nextHeader(buffer, start);
    const described = (buffer.readUInt16LE(at + 6) & DESCRIPTOR_FLAG) !== 0;
    const packed = buffer.subarray(start, described ? next : start + buffer.readUInt32LE(at + 18));
    parts.push((method === 0 ? packed : inflateRawSync(packed)).toString("utf8"));
    at = next;
  }
  return parts.join("\n");
}

function nextHeader(buffer: Buffer, from: number): number {
  const places = ["PK\u0003\u0004", "PK\u0001\u0002"].map((mark) => buffer.indexOf(mark, from, "latin1"));
  const found = places.filter((place) => place >= 0);
  return found.length === 0 ? buffer.length : Math.min(...found);
}
