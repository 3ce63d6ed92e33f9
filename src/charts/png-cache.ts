/** Least recently used pictures go first once their bytes exceed the limit. */
export type PngCache = {
  readonly get: (key: string) => Uint8Array | undefined;
  readonly set: (key: string, png: Uint8Array) => void;
  readonly bytes: () => number;
};

export function createPngCache(bytesMax: number): PngCache {
  // A Map keeps insertion order: the first key is the one unused for longest.
  const pictures = new Map<string, Uint8Array>();
  let bytes = 0;
  const drop = (key: string): void => {
    bytes -= pictures.get(key)?.byteLength ?? 0;
    pictures.delete(key);
  };
  return {
    get: (key) => {
      const png = pictures.get(key);
      if (png === undefined) return undefined;
      pictures.delete(key);
      pictures.set(key, png);
      return png;
    },
    set: (key, png) => {
      drop(key);
      if (png.byteLength > bytesMax) return;
      pictures.set(key, png);
      bytes += png.byteLength;
      for (const oldest of pictures.keys()) {
        if (bytes <= bytesMax) break;
        drop(oldest);
      }
    },
    bytes: () => bytes,
  };
}
