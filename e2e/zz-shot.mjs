import { chromium } from "playwright-core";
const [,, url, out, mode = "light", width = "1400", full = "true"] = process.argv;
const browser = await chromium.launch({ executablePath: "/usr/bin/chromium", args: ["--no-sandbox", "--disable-gpu"] });
const page = await (await browser.newContext({ viewport: { width: +width, height: 1000 }, colorScheme: mode })).newPage();
page.on("console", (m) => console.log("console", m.text()));
page.on("pageerror", (m) => console.log("error", String(m)));
page.on("response", (r) => r.status() >= 400 && console.log(r.status(), r.url()));
const t = Date.now();
await page.goto(url);
await page.waitForFunction(() => !document.querySelector("[data-empty]"), null, { timeout: 20000 }).catch((e) => console.log(String(e).slice(0, 200)));
console.log("loaded", Date.now() - t, await page.evaluate(() => [document.documentElement.scrollWidth, innerWidth, document.documentElement.outerHTML.length, document.documentElement.scrollHeight]));
await page.waitForTimeout(300);
if (full === "tiles") { const h = await page.evaluate(() => document.documentElement.scrollHeight); const step = +(process.argv[7] ?? 1700); await page.setViewportSize({ width: +width, height: h }); await page.waitForTimeout(600); for (let y = 0, n = 0; y < h; y += step, n++) await page.screenshot({ path: out.replace(".png", `${n}.png`), clip: { x: 0, y, width: +width, height: Math.min(step, h - y) } }); }
else if (full === "true") await page.screenshot({ path: out, fullPage: true });
else if (full.startsWith("#")) { const el = page.locator(full); await el.scrollIntoViewIfNeeded(); await el.screenshot({ path: out }); }
else await page.screenshot({ path: out });
await browser.close();
