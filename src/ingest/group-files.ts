import { chunkName } from "./chunk-names.ts";
import type { MatchedManifest } from "./manifest-problem.ts";

/** A file to be read, and the delivery keys its beginning shows (`claimKey`). */
export type KeyedFile = { readonly fileNo: number; readonly path: string; readonly keys: readonly string[] };

/**
 * Files that must be looked at together, in the order of the call: those that share a delivery key, a manifest, a name
 * but for the chunk number, or --parts. Each group (small ones: each wave of them) is stored before the next is read, so
 * that what is good is shown soon and what is bad holds nothing back.
 */
export function groupFiles(
  files: readonly KeyedFile[],
  manifests: readonly MatchedManifest[],
  parts: boolean,
): number[][] {
  const groups: { files: number[]; marks: Set<string> }[] = [];
  for (const { fileNo, path, keys } of files) {
    const chunk = chunkName(path)?.template;
    const listed = manifests.filter((each) => each.parts.some((part) => part.path === path));
    const marks = new Set([
      ...keys.map((key) => `key ${key}`),
      ...(chunk === undefined ? [] : [`chunk ${chunk}`]),
      ...listed.map(({ manifest }) => `manifest ${manifest.path}`),
      ...(parts ? ["parts"] : []),
    ]);
    const shared = groups.filter((group) => [...marks].some((mark) => group.marks.has(mark)));
    const [first] = shared;
    if (first === undefined) {
      groups.push({ files: [fileNo], marks });
      continue;
    }
    first.files.push(fileNo);
    for (const mark of marks) first.marks.add(mark);
    for (const other of shared.slice(1)) {
      first.files.push(...other.files);
      for (const mark of other.marks) first.marks.add(mark);
      groups.splice(groups.indexOf(other), 1);
    }
  }
  return groups.map((group) => group.files.toSorted((a, b) => a - b));
}

/** Files smaller than this together are read in a moment: apart they would take longer, each load has its own costs. */
export const WAVE_BYTES = 1 << 20;

/** Groups in the order they are stored: small neighbours together. */
export function wavesOf(groups: readonly (readonly number[])[], bytesOf: (fileNo: number) => number): number[][][] {
  const waves: { groups: number[][]; bytes: number }[] = [];
  for (const group of groups) {
    const bytes = group.reduce((sum, fileNo) => sum + bytesOf(fileNo), 0);
    const last = waves.at(-1);
    if (last !== undefined && last.bytes + bytes <= WAVE_BYTES) {
      last.groups.push([...group]);
      last.bytes += bytes;
    } else waves.push({ groups: [[...group]], bytes });
  }
  return waves.map((wave) => wave.groups);
}
