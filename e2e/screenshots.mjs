// Makes `docs/screenshots`: `node screenshots.mjs [FOLDER]`; `pngquant` makes them small. Everything in them is the demo's.
import { mkdir } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { launch, open } from "./support/browser.mjs";
import { Demo } from "./support/demo.mjs";

const FOLDER = process.argv[2] ?? fileURLToPath(new URL("../docs/screenshots", import.meta.url));
const LARGE = { width: 1280, height: 860 };
/** Pixels: the first parts of the statistics. */
const TALL = 2790;
const LOOKS = {
  light: { viewport: LARGE },
  dark: { viewport: LARGE, colorScheme: "dark" },
  phone: { viewport: { width: 390, height: 844 } },
};

await mkdir(FOLDER, { recursive: true });
const demo = await Demo.start();
const browser = await launch();
const base = new URL(demo.links.Seller).origin;
const PAGES = [
  ["journeys", "/", Object.keys(LOOKS)],
  ["intelligence", "/intelligence?by=version", Object.keys(LOOKS), async (page) => {
    await page.setViewportSize({ ...page.viewportSize(), height: TALL });
    await page.waitForFunction(() => !document.querySelector("[data-empty]"));
    if (page.viewportSize().width < LARGE.width) return;
    await page.locator("#timing-curves-drawing .mark").nth(5).hover();
    await page.locator("#chart-tip").waitFor();
  }],
  ["journey", "/?payment_status=paid", ["light"], async (page) => {
    await page.locator("#rows .row-link").nth(1).click();
    await page.locator("dialog[open] #journey").waitFor();
    await page.getByRole("tab", { name: "Payment" }).click();
    await page.locator("#tab-payment[aria-selected=true]").waitFor();
  }],
  ["payments", "/payments", ["light"]],
  ["events", "/events", ["light"]],
  ["settings", "/settings/set-up", ["light"]],
];
try {
  for (const [name, path, looks, go] of PAGES) {
    for (const look of looks) {
      const page = await open(browser, LOOKS[look]);
      await page.goto(base + path);
      await go?.(page);
      await page.screenshot({ path: `${FOLDER}/${name}-${look}.png` });
      await page.context().close();
    }
  }
} finally {
  await browser.close();
  await demo.stop();
}
