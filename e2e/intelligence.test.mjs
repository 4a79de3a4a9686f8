// The page of statistics: what it is for, on the demo's data and on none; live, by keyboard, in the dark, on a phone, on paper.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { assertGood, launch, open, signIn } from "./support/browser.mjs";
import { Demo } from "./support/demo.mjs";
import { Server } from "./support/server.mjs";

const LIMIT = { timeout: 90_000 };
const PHONE = { viewport: { width: 390, height: 844 } };
/** A change must be seen "within about a second"; the machine that tests is busy with more. */
const LIVE_MS = 4_000;
let demo;
let server;
let browser;
let address;

before(async () => {
  [demo, server, browser] = await Promise.all([Demo.start(), Server.start(), launch()]);
  address = new URL("/intelligence", demo.links.Seller).href;
}, LIMIT);
after(async () => {
  await browser?.close();
  await demo?.stop();
  await server?.stop();
});

test("the page says what is so, and every part fills itself on any screen", LIMIT, async () => {
  for (const look of [{}, { colorScheme: "dark" }, PHONE, { ...PHONE, colorScheme: "dark" }, { forcedColors: "active" }]) {
    const page = await open(browser, look);
    await page.goto(address);
    await filled(page);
    await page.getByRole("heading", { level: 1, name: "Intelligence" }).waitFor();
    await page.locator("#summary", { hasText: "of journeys are paid within 30 days" }).waitFor();
    await page.locator("#summary", { hasText: "Associated with, not proof" }).waitFor();
    assert.ok(await page.locator("svg.drawing").count() > 12);
    await page.locator("#element-effects summary").click();
    await page.locator("#element-effects th", { hasText: "guarantee=30-days" }).waitFor();
    await assertGood(page);
    await page.context().close();
  }
});

test("on a phone no label is under its figure, and no table runs out of its card", LIMIT, async () => {
  const page = await open(browser, PHONE);
  await page.goto(address);
  await filled(page);
  const hidden = await page.evaluate(() => {
    const rows = [...document.querySelectorAll(".is-intervals .mark, .is-dumbbell .mark")];
    return rows.flatMap((row) => {
      const [label, figure] = [".label", ".figure"].map((name) => row.querySelector(name).getBoundingClientRect());
      const beside = Math.abs(label.top - figure.top) < 8;
      return beside && label.right > figure.left ? [row.querySelector("title").textContent] : [];
    });
  });
  assert.deepEqual(hidden, []);
  const lists = page.locator(".chart-table.is-list");
  assert.equal(await lists.count(), 2);
  for (const list of await lists.all()) {
    assert.ok(await list.evaluate((box) => box.scrollWidth <= box.clientWidth));
  }
  await page.context().close();
});

test("what is asked is in the address, and the parts answer it", LIMIT, async () => {
  const page = await open(browser);
  await page.goto(address);
  await page.getByLabel("Compare by").selectOption({ label: "Segment of clients" });
  await page.getByLabel("Paid within", { exact: true }).selectOption({ label: "14\u00a0days" });
  await page.getByRole("button", { name: "Show", exact: true }).click();
  await page.waitForURL(/by=segment/);
  await filled(page);
  await page.locator("#conversion", { hasText: "Paid within 14 days, by segment" }).waitFor();
  await page.getByRole("link", { name: "30 days" }).click();
  await page.waitForURL(/period=30d/);
  assert.match(page.url(), /by=segment/);
  await page.locator("#summary", { hasText: "started since" }).waitFor();
  await page.context().close();
});

test("a chart is walked with the arrow keys, and told where one points or taps", LIMIT, async () => {
  const page = await open(browser);
  await page.goto(address);
  await filled(page);
  const tip = page.locator("#chart-tip");
  const chart = page.locator("#conversion-forest-drawing");
  await chart.focus();
  assert.ok(!(await tip.isVisible()));
  await page.keyboard.press("ArrowDown");
  const first = await tip.innerText();
  assert.match(first, /\d+\s% \(.*\)\. \d+ of \d+\sjourneys paid/u);
  await page.keyboard.press("ArrowDown");
  assert.notEqual(await tip.innerText(), first);
  await page.keyboard.press("Home");
  assert.equal(await tip.innerText(), first);
  await page.keyboard.press("Escape");
  assert.ok(!(await tip.isVisible()));
  await page.locator("#timing-curves-drawing .mark").nth(7).hover();
  await tip.filter({ hasText: "Paid by day 15" }).waitFor();
  await page.context().close();
  const phone = await open(browser, { ...PHONE, hasTouch: true });
  await phone.goto(address);
  await filled(phone);
  await phone.locator("#funnel-drawing .mark").nth(2).tap();
  await phone.locator("#chart-tip", { hasText: "of the step before went on" }).waitFor();
  await phone.context().close();
});

test("a payment changes the open page, and what the reader did stays", LIMIT, async (t) => {
  const page = await open(browser);
  await signIn(page, server);
  await page.goto(`${server.base}/intelligence`);
  await page.locator("#summary", { hasText: "No journey started in this period." }).waitFor();
  await assertGood(page);
  const journey = await server.journey("Ana Lima");
  await page.locator("#summary", { hasText: "One journey so far, not paid yet." }).waitFor();
  await filled(page);
  await page.locator("#funnel summary").click();
  await page.locator("#funnel summary").focus();
  await page.evaluate(() => { window.sameDocument = true; });
  const started = Date.now();
  await server.pays(journey);
  await page.locator("#funnel tr", { hasText: "Paid" }).filter({ hasText: "100\u00a0%" }).waitFor();
  const seen_ms = Date.now() - started;
  t.diagnostic(`seen ${seen_ms} ms after the webhook`);
  assert.ok(seen_ms < LIVE_MS, `${seen_ms} ms`);
  assert.ok(await page.evaluate(() => window.sameDocument), "the page was not loaded again");
  assert.ok(await page.locator("#funnel details[open]").isVisible(), "the numbers stay open");
  assert.equal(await page.evaluate(() => document.activeElement.closest("figure")?.id), "funnel", "the focus stays");
  // What was out of sight is loaded again when it comes into sight.
  await page.locator("#summary").scrollIntoViewIfNeeded();
  await page.locator("#summary", { hasText: "One journey so far, and it was paid." }).waitFor();
  await assertGood(page);
  await page.context().close();
});

test("a lost connection is said, and caught up with", LIMIT, async () => {
  const page = await open(browser);
  await signIn(page, server);
  await page.goto(`${server.base}/intelligence`);
  await filled(page);
  await server.down();
  await page.getByText("Connection lost").waitFor();
  await server.up();
  await page.getByText("Connection lost").waitFor({ state: "hidden" });
  await page.locator("#summary", { hasText: "journey" }).waitFor();
  await page.context().close();
});

test("on paper there are the words and the pictures", LIMIT, async () => {
  const page = await open(browser, { colorScheme: "dark" });
  await page.goto(address);
  await filled(page);
  await page.emulateMedia({ media: "print" });
  assert.ok(!(await page.locator(".questions").isVisible()));
  assert.ok(!(await page.locator(".contents").isVisible()));
  assert.ok(await page.locator("#conversion-forest-drawing").isVisible());
  const paper = await page.evaluate(() => getComputedStyle(document.body).backgroundColor);
  assert.equal(paper, "rgb(255, 255, 255)");
  assert.ok((await page.pdf()).length > 50_000);
  await page.context().close();
});

test("without script each part is a page of its own", LIMIT, async () => {
  const page = await open(browser, { javaScriptEnabled: false });
  await page.goto(address);
  await page.locator("#summary", { hasText: "of journeys are paid" }).waitFor();
  await page.locator("#elements").getByRole("link", { name: "Show this part" }).click();
  await page.locator("#element-effects-drawing").waitFor();
  await page.getByRole("link", { name: "All parts" }).click();
  await page.locator("#summary").waitFor();
  await page.context().close();
});

/** Every part was loaded. */
async function filled(page) {
  await page.waitForFunction(() => !document.querySelector("[data-empty]"));
}
