import { mkdir, readFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";

import sparticuz from "@sparticuz/chromium";
import { chromium } from "playwright-core";

import { FONT_FILES } from "../../src/charts/fonts.ts";

const FOLDER = fileURLToPath(new URL("../../docs/pictures/", import.meta.url));

export type Camera = {
  /** Makes docs/pictures/NAME.png and NAME-phone.png of a page. */
  readonly shoot: (name: string, html: string) => Promise<void>;
  readonly close: () => Promise<void>;
};

/** A browser that takes each page at desktop and at phone width, with so many pixels a point. */
export async function openCamera(scale: { readonly desktop: number; readonly phone: number }): Promise<Camera> {
  await mkdir(FOLDER, { recursive: true });
  const browser = await chromium.launch({
    executablePath: await sparticuz.executablePath(),
    args: ["--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--no-zygote"],
    headless: true,
  });
  const sizes = [
    ["", { viewport: { width: 900, height: 600 }, deviceScaleFactor: scale.desktop }],
    [
      "-phone",
      { viewport: { width: 390, height: 760 }, deviceScaleFactor: scale.phone, isMobile: true, hasTouch: true },
    ],
  ] as const;
  return {
    shoot: async (name, html) => {
      const page = await withFonts(html);
      for (const [suffix, options] of sizes) {
        const context = await browser.newContext({ ...options, locale: "en-GB" });
        const tab = await context.newPage();
        await tab.setContent(page, { waitUntil: "load" });
        await tab.evaluate("document.fonts.ready");
        await tab.screenshot({ path: `${FOLDER}${name}${suffix}.png`, fullPage: true });
        process.stdout.write(`docs/pictures/${name}${suffix}.png\n`);
        await context.close();
      }
    },
    close: () => browser.close(),
  };
}

/** The page carries its own fonts: pictures must not depend on the machine. */
async function withFonts(html: string): Promise<string> {
  const [regular, strong] = await Promise.all(
    FONT_FILES.map(async (file) => (await readFile(file)).toString("base64")),
  );
  return html
    .replace("/fonts/inter-400.ttf", `data:font/ttf;base64,${regular}`)
    .replace("/fonts/inter-600.ttf", `data:font/ttf;base64,${strong}`);
}
