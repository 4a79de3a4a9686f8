// Chromium, and pages that fail a test when the browser complains.
import assert from "node:assert/strict";
import axe from "axe-core";
import { chromium } from "playwright-core";

const ARGS = [
  "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
  "--disable-component-update", "--disable-sync",
];
const WAIT_MS = 15_000;
const WCAG = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"];

export function launch() {
  return chromium.launch({ executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium", args: ARGS });
}

/** A page in a context of its own: cookies of one are not those of another. */
export async function open(browser, options = {}) {
  const context = await browser.newContext(options);
  context.setDefaultTimeout(WAIT_MS);
  const page = await context.newPage();
  page.complaints = [];
  page.on("pageerror", (error) => page.complaints.push(String(error)));
  page.on("console", (message) => {
    // Chromium also reports each answer of 400 and above; those are the tests' own to check.
    const known = /Failed to load resource|net::ERR_/.test(message.text());
    if (message.type() === "error" && !known) page.complaints.push(message.text());
  });
  return page;
}

/** As the owner Ana, or as somebody else. */
export async function signIn(page, server, { email, password } = server.person) {
  await page.goto(`${server.base}/`);
  assert.equal(new URL(page.url()).pathname, "/sign-in");
  await page.getByLabel("E-mail").fill(email);
  await page.getByLabel("Password").fill(password);
  await page.getByRole("button", { name: "Sign in" }).click();
  await page.getByRole("heading", { level: 1, name: "Journeys" }).waitFor();
}

/** Resolves once the page's own stream has told it the whole list. */
export function listening(page) {
  return page.waitForResponse((answer) => new URL(answer.url()).pathname === "/live" && answer.ok());
}

/** A journey's row, once it says so. */
export async function row(page, id, words) {
  const found = page.locator(`#${id}`).filter({ hasText: words });
  await found.waitFor();
  return found;
}

/** No breach of WCAG 2.2 AA that axe can find, no complaint of the browser's, and nothing wider than the window. */
export async function assertGood(page) {
  await page.evaluate(axe.source);
  const violations = await page.evaluate(async (tags) => (await window.axe.run({ runOnly: tags })).violations, WCAG);
  const told = violations.map((v) => `${v.id}: ${v.help}\n  ${v.nodes.map((node) => node.html).join("\n  ")}`);
  assert.deepEqual(told, []);
  assert.deepEqual(page.complaints, []);
  const overflow = await page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth);
  assert.ok(overflow <= 0, `the page is ${overflow} px wider than the window`);
}
