import { createHash } from "node:crypto";
import { readdir, readFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { extname, join, sep } from "node:path";
import { fileURLToPath } from "node:url";

import type { Context as HonoContext, Handler } from "hono";

const PUBLIC_FOLDER = fileURLToPath(new URL("./public/", import.meta.url));
const FONT_PACKAGE = "@expo-google-fonts/inter";
const FONTS = {
  "inter-400.ttf": "400Regular/Inter_400Regular.ttf",
  "inter-500.ttf": "500Medium/Inter_500Medium.ttf",
  "inter-600.ttf": "600SemiBold/Inter_600SemiBold.ttf",
} as const;

const TYPES: Readonly<Record<string, string>> = {
  ".html": "text/html; charset=utf-8",
  ".css": "text/css; charset=utf-8",
  ".js": "text/javascript; charset=utf-8",
  ".svg": "image/svg+xml",
  ".ttf": "font/ttf",
};

type StaticFile = { readonly body: Uint8Array<ArrayBuffer>; readonly type: string; readonly etag: string };

/**
 * The page's own files, read once into a table: a request names an entry or nothing, so no path can lead outside.
 */
export async function createStaticHandler(): Promise<Handler> {
  const files = new Map<string, StaticFile>();
  const add = async (url: string, path: string): Promise<void> => {
    const body = new Uint8Array(await readFile(path));
    const etag = `"${createHash("sha256").update(body).digest("hex").slice(0, 24)}"`;
    files.set(url, { body, type: TYPES[extname(path)] ?? "application/octet-stream", etag });
  };
  const names = (await readdir(PUBLIC_FOLDER, { recursive: true })).filter((name) => extname(name) in TYPES);
  await Promise.all(names.map((name) => add(`/${name.split(sep).join("/")}`, join(PUBLIC_FOLDER, name))));
  const fontFolder = fileURLToPath(
    new URL(".", `file://${createRequire(import.meta.url).resolve(`${FONT_PACKAGE}/package.json`)}`),
  );
  await Promise.all(Object.entries(FONTS).map(([name, path]) => add(`/${name}`, join(fontFolder, path))));
  const page = files.get("/index.html");
  if (page !== undefined) files.set("/", page);
  return (c) => serveFile(c, files.get(c.req.path));
}

function serveFile(c: HonoContext, file: StaticFile | undefined): Response | Promise<Response> {
  if (file === undefined) return c.notFound();
  c.header("ETag", file.etag);
  c.header("Cache-Control", file.type === "font/ttf" ? "public, max-age=604800" : "no-cache");
  if (c.req.header("if-none-match") === file.etag) return c.body(null, 304);
  return c.body(file.body, 200, { "Content-Type": file.type });
}
