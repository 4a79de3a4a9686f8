// A journey over the list: the story of a payment, what is typed, two people at once, a new journey's link.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { assertGood, launch, open, row, signIn } from "./support/browser.mjs";
import { Server } from "./support/server.mjs";

const LIMIT = { timeout: 120_000 };
const TABS = ["outcome", "analysis", "correlation", "learning", "notes", "payment"];
let server;
let browser;

before(async () => {
  [server, browser] = await Promise.all([Server.start(), launch()]);
}, LIMIT);
after(async () => {
  await browser?.close();
  await server?.stop();
});

/** A signed-in page with the dialog of a journey over the list. */
async function over(journey, options = {}) {
  const page = await open(browser, options);
  await signIn(page, server);
  await page.locator(`#${journey} a.row-link`).click();
  await shown(page, "outcome");
  return page;
}

/** Resolves once this tab is shown and ready. */
async function shown(page, tab) {
  await page.locator(`#journey[data-tab=${tab}] [role=tab][aria-selected=true]`).waitFor();
  assert.ok(page.url().endsWith(`/${tab}`) || tab === "outcome", page.url());
}

async function go(page, tab) {
  await page.locator(`#tab-${tab}`).click();
  await shown(page, tab);
}

test("$500.00 arrive, the badge says so, and the dialog's Payment tab shows it", LIMIT, async () => {
  const journey = await server.journey("Ana Lima");
  const page = await open(browser);
  await signIn(page, server);
  await row(page, journey, "No payment yet");
  await page.evaluate(() => { window.sameDocument = true; });
  await server.pays(journey);
  const paid = await row(page, journey, "Paid $500.00 · card · just now");
  await paid.getByRole("link", { name: "Ana Lima" }).click();
  const dialog = page.getByRole("dialog", { name: "Ana Lima" });
  await dialog.getByText("Paid $500.00").first().waitFor();
  await dialog.getByRole("tab", { name: "Payment" }).click();
  await shown(page, "payment");
  assert.equal(new URL(page.url()).pathname, `/journeys/${journey}/payment`);
  const link = dialog.getByRole("link", { name: `pi_${journey}` }).first();
  assert.equal(await link.getAttribute("href"), `https://dashboard.stripe.com/test/payments/pi_${journey}`);
  assert.equal(await dialog.locator(".amount dd").first().innerText(), "$500.00");
  await dialog.getByText("What the client saw when they paid: version 1 for $500.00").waitFor();
  assert.ok(await page.evaluate(() => window.sameDocument), "nothing was loaded as a page");
  await assertGood(page);
  await page.context().close();
});

test("by keyboard alone: open, go through the tabs, close, and be back at the row", LIMIT, async () => {
  const journey = await server.journey("Keyboard");
  const page = await open(browser);
  await signIn(page, server);
  const link = page.locator(`#${journey} a.row-link`);
  await link.focus();
  await page.keyboard.press("Enter");
  await shown(page, "outcome");
  for (const tab of [...TABS.slice(1), "outcome"]) {
    await page.keyboard.press("ArrowRight");
    await shown(page, tab);
    await page.waitForFunction((id) => document.activeElement.id === id, `tab-${tab}`);
  }
  await page.keyboard.press("End");
  await shown(page, "payment");
  await page.waitForFunction(() => document.activeElement.id === "tab-payment");
  await page.keyboard.press("Escape");
  await page.locator("dialog[open]").waitFor({ state: "detached" });
  await page.waitForFunction((id) => document.activeElement.closest("tr")?.id === id, journey);
  assert.equal(new URL(page.url()).pathname, "/");
  await page.keyboard.press("Enter");
  await shown(page, "outcome");
  await page.goBack();
  await page.locator("dialog[open]").waitFor({ state: "detached" });
  await page.goForward();
  await shown(page, "outcome");
  assert.deepEqual(page.complaints, []);
  await page.context().close();
});

test("what is typed outlives a change of tab and a reload, until it is saved or discarded", LIMIT, async () => {
  const journey = await server.journey("Drafts");
  const page = await over(journey);
  await go(page, "analysis");
  await page.getByLabel("Factors").fill("Half a thought");
  await go(page, "learning");
  await page.getByLabel("To repeat").fill("Another");
  await go(page, "analysis");
  await page.getByText("Your unsaved text is back.").waitFor();
  assert.equal(await page.getByLabel("Factors").inputValue(), "Half a thought");
  await page.reload();
  await page.getByText("Your unsaved text is back.").waitFor();
  assert.equal(await page.getByLabel("Factors").inputValue(), "Half a thought");
  await assertGood(page);
  await page.getByRole("button", { name: "Save" }).click();
  await page.getByText("Last saved by Ana").waitFor();
  await page.reload();
  await shown(page, "analysis");
  assert.equal(await page.getByLabel("Factors").inputValue(), "Half a thought");
  assert.equal(await page.getByText("Your unsaved text is back.").count(), 0);
  await go(page, "learning");
  assert.equal(await page.getByLabel("To repeat").inputValue(), "Another");
  await page.getByRole("button", { name: "Discard" }).click();
  assert.equal(await page.getByLabel("To repeat").inputValue(), "");
  await page.reload();
  await shown(page, "learning");
  assert.equal(await page.getByLabel("To repeat").inputValue(), "");
  assert.deepEqual(page.complaints, []);
  await page.context().close();
});

test("two people at once are told, and both texts stand side by side", LIMIT, async () => {
  const journey = await server.journey("Two");
  const pages = [await over(journey), await over(journey)];
  for (const page of pages) await go(page, "analysis");
  const [ana, ben] = pages;
  await ben.getByLabel("Factors").fill("Ben's text");
  await ana.getByLabel("Factors").fill("Ana's text");
  await ana.getByRole("button", { name: "Save" }).click();
  await ana.getByText("Last saved by Ana").waitFor();
  // Ben hears of it while he types, and his text stays.
  await ben.getByText("Somebody has saved since").waitFor();
  assert.equal(await ben.getByLabel("Factors").inputValue(), "Ben's text");
  await ben.getByRole("button", { name: "Save" }).click();
  await ben.getByText("after you had opened it").waitFor();
  assert.equal(await ben.locator(".contest-text").innerText(), "Ana's text");
  assert.equal(await ben.getByLabel("Factors").inputValue(), "Ben's text");
  await assertGood(ben);
  await ben.getByLabel("Factors").fill("Ana's text\nBen's text");
  await ben.getByRole("button", { name: "Save mine" }).click();
  await ben.getByText("Last saved by Ana").waitFor();
  assert.equal((await server.get(`/api/v1/journeys/${journey}/review`)).factors, "Ana's text\nBen's text");
  await ana.waitForFunction(() => document.getElementById("factors").value === "Ana's text\nBen's text");
  for (const page of pages) {
    assert.deepEqual(page.complaints, []);
    await page.context().close();
  }
});

test("an open dialog shows a payment by itself, and keeps what is being typed", LIMIT, async () => {
  const journey = await server.journey("Live");
  const page = await over(journey);
  await page.getByLabel("Note (optional)").fill("She is about to");
  await server.pays(journey);
  await page.locator(".journey-state", { hasText: "Paid $500.00" }).waitFor();
  await page.getByText("Stripe says paid.").waitFor();
  await page.locator("[data-said]", { hasText: "Now: Paid" }).waitFor({ state: "attached" });
  assert.equal(await page.getByLabel("Note (optional)").inputValue(), "She is about to");
  assert.deepEqual(page.complaints, []);
  await page.context().close();
});

test("an override shows both sides and is released in one click", LIMIT, async () => {
  const journey = await server.journey("Override");
  await server.pays(journey);
  const page = await over(journey);
  await page.getByText("Override what Stripe says").click();
  await page.getByLabel("Pin to").selectOption("ghosted");
  await page.getByLabel("Reason").fill("A colleague's test payment");
  await page.getByRole("button", { name: "Pin", exact: true }).click();
  await page.getByText("Stripe says paid; pinned to ghosted by Ana Lima: A colleague's test payment").waitFor();
  await assertGood(page);
  await page.getByRole("button", { name: "Release the override" }).click();
  await page.getByText("Released from ghosted").waitFor();
  await page.locator(".journey-state", { hasText: "Paid" }).waitFor();
  await page.keyboard.press("Escape");
  await row(page, journey, "Paid $500.00");
  await page.context().close();
});

test("a new journey's link is made in one form and copied", LIMIT, async () => {
  await server.journey("Zoë Known");
  const page = await open(browser, { permissions: ["clipboard-read", "clipboard-write"] });
  await signIn(page, server);
  await page.goto(`${server.base}/journeys/new`);
  assert.match(await page.getByLabel("Statement").inputValue(), /^A guarantee removes/);
  await page.getByLabel("Statement").fill("Too short");
  await page.getByText("9 of at least 20 characters").waitFor();
  await page.getByLabel("Name", { exact: true }).fill("Eva Lima");
  await page.getByLabel("E-mail address").fill("eva");
  await assertGood(page);
  await page.getByRole("button", { name: "Make the link" }).click();
  await page.getByText("Must be an e-mail address").waitFor();
  await page.getByText("Must have at least 20 characters; it has 9.").waitFor();
  assert.equal(await page.getByLabel("Name", { exact: true }).inputValue(), "Eva Lima");
  await page.getByLabel("E-mail address").fill("eva@example.com");
  await page.getByLabel("Statement").fill("Naming the guarantee in the first line makes them pay.");
  await page.getByRole("button", { name: "Make the link" }).click();
  await page.getByRole("heading", { name: "Eva Lima’s link is ready" }).waitFor();
  await assertGood(page);
  await page.getByRole("button", { name: "Copy link" }).click();
  await page.getByRole("button", { name: "Copied" }).waitFor();
  const copied = await page.evaluate(() => navigator.clipboard.readText());
  assert.match(copied, /\/j\/[0-9a-f]{48}$/);
  assert.equal((await fetch(copied)).status, 200);
  await page.goto(`${server.base}/journeys/new`);
  assert.equal(await page.getByLabel("Name", { exact: true }).inputValue(), "", "the draft is gone");
  await page.getByLabel("One I have").check();
  await page.getByLabel("Find by name").fill("zoë");
  await page.getByLabel("Zoë Known").check();
  await page.getByRole("button", { name: "Make the link" }).click();
  await page.getByRole("heading", { name: "Zoë Known’s link is ready" }).waitFor();
  assert.deepEqual(page.complaints, []);
  await page.context().close();
});

test("every tab is good: dark, on a phone, full and empty, and as a page without script", LIMIT, async () => {
  const full = await server.journey("Eve with a rather long name for a client who writes it in full");
  await server.pays(full);
  await server.post(`/api/v1/journeys/${full}/notes`, { text: "x".repeat(200), tags: ["a-long-tag-without-any-space-1"], priority: "high" });
  const empty = await server.journey("Nobody");
  const looks = [
    { colorScheme: "dark" },
    { colorScheme: "light", viewport: { width: 390, height: 844 } },
    { colorScheme: "dark", viewport: { width: 320, height: 640 } },
  ];
  for (const look of looks) {
    for (const journey of [full, empty]) {
      const page = await over(journey, look);
      for (const tab of TABS) {
        await go(page, tab);
        await assertGood(page);
      }
      await page.context().close();
    }
  }
  const page = await open(browser, { javaScriptEnabled: false });
  await signIn(page, server);
  await page.locator(`#${empty} a.row-link`).click();
  await page.getByRole("link", { name: "Notes" }).click();
  await page.getByLabel("New note").fill("Without script");
  await page.getByRole("button", { name: "Add note" }).click();
  await page.locator(".note-text", { hasText: "Without script" }).waitFor();
  await page.context().close();
});
