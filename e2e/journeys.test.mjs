// The list of journeys: what it is for, live, on two screens, in the dark, on a phone, by keyboard.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { assertGood, launch, listening, open, row, signIn } from "./support/browser.mjs";
import { Server } from "./support/server.mjs";

const LIMIT = { timeout: 90_000 };
let server;
let browser;

before(async () => {
  [server, browser] = await Promise.all([Server.start(), launch()]);
}, LIMIT);
after(async () => {
  await browser?.close();
  await server?.stop();
});

test("a payment shows on two screens without reload, and is announced", LIMIT, async () => {
  const journey = await server.journey("Ana Lima");
  const pages = [await open(browser), await open(browser)];
  for (const page of pages) {
    await signIn(page, server);
    await row(page, journey, "No payment yet");
    await page.evaluate(() => { window.sameDocument = true; });
  }
  await server.pays(journey);
  for (const page of pages) {
    await row(page, journey, "Paid $500.00 · card · just now");
    await page.locator(".is-fresh").first().waitFor();
    await page.locator("#said", { hasText: "Ana Lima: paid $500.00" }).waitFor({ state: "attached" });
    assert.equal(await page.locator(".tile.is-paid dd").innerText(), "1");
    assert.ok(await page.evaluate(() => window.sameDocument), "the page was not loaded again");
    await assertGood(page);
    await page.context().close();
  }
});

test("a new journey appears on top, and a failed attempt is told", LIMIT, async () => {
  const page = await open(browser);
  await signIn(page, server);
  const journey = await server.journey("Ben Özdemir <b>");
  await row(page, journey, "Ben Özdemir <b>");
  assert.equal(await page.locator("#rows > tr").first().getAttribute("id"), journey);
  await server.fails(journey);
  await row(page, journey, "Failed · Your card was declined");
  await assertGood(page);
  await page.context().close();
});

test("a row that leaves the filter says so", LIMIT, async () => {
  const journey = await server.journey("Cleo");
  const page = await open(browser);
  await signIn(page, server);
  await page.getByLabel("Search").fill("cleo");
  await page.getByLabel("Outcome").selectOption("pending");
  const told = listening(page);
  await page.getByRole("button", { name: "Show" }).click();
  await told;
  assert.equal(new URL(page.url()).search, "?livemode=false&q=cleo&outcome=pending&payment_status=");
  await server.pays(journey);
  await row(page, journey, "No longer in this filter");
  await assertGood(page);
  await page.getByRole("link", { name: "Clear" }).click();
  await row(page, journey, "Paid $500.00");
  await page.context().close();
});

test("a lost connection is told, and made good", LIMIT, async () => {
  const journey = await server.journey("Dora");
  const page = await open(browser);
  await signIn(page, server);
  await row(page, journey, "No payment yet");
  await server.down();
  await page.getByText("Connection lost – trying again.").waitFor();
  await server.up();
  await server.pays(journey);
  await row(page, journey, "Paid $500.00");
  await page.getByText("Connection lost – trying again.").waitFor({ state: "hidden" });
  assert.deepEqual(page.complaints, []);
  await page.context().close();
});

test("dark, and on a phone, everything is there", LIMIT, async () => {
  const journey = await server.journey("Eve with a rather long name for a client who writes it in full");
  await server.pays(journey);
  const looks = [
    { colorScheme: "dark" },
    { colorScheme: "light", viewport: { width: 390, height: 844 } },
    { colorScheme: "dark", viewport: { width: 320, height: 640 } },
    { reducedMotion: "reduce", viewport: { width: 900, height: 700 } },
    { forcedColors: "active" },
  ];
  for (const look of looks) {
    const page = await open(browser, look);
    await signIn(page, server);
    const found = await row(page, journey, "Paid $500.00");
    for (const words of ["Eve with", "Guarantee offer", "card"]) {
      assert.ok(await found.getByText(words).first().isVisible(), `${words} with ${JSON.stringify(look)}`);
    }
    await assertGood(page);
    await page.context().close();
  }
});

test("by keyboard alone", LIMIT, async () => {
  await server.journey("Finn");
  const page = await open(browser);
  await page.goto(`${server.base}/sign-in`);
  // Autofocus comes with the first frame, which on a busy machine is after the load.
  await page.waitForFunction(() => document.activeElement?.id === "email");
  await page.keyboard.type(server.person.email);
  await page.keyboard.press("Tab");
  await page.keyboard.type(server.person.password);
  await page.keyboard.press("Enter");
  await page.getByRole("heading", { level: 1, name: "Journeys" }).waitFor();
  await page.keyboard.press("Tab");
  assert.equal(await focused(page), "Skip to content");
  await page.keyboard.press("Enter");
  // Past what is left to set up.
  await page.keyboard.press("Tab");
  await page.keyboard.press("Tab");
  await page.keyboard.type("finn");
  await page.keyboard.press("Enter");
  await page.waitForURL(/q=finn/);
  assert.equal(await page.locator("#rows > tr").count(), 1);
  await page.locator("#q").focus();
  for (const name of ["outcome", "payment_status"]) {
    await page.keyboard.press("Tab");
    assert.equal(await page.evaluate(() => document.activeElement.id), name);
  }
  await page.keyboard.press("Tab");
  assert.equal(await focused(page), "Show");
  await page.context().close();
});

test("without script the page reads", LIMIT, async () => {
  const journey = await server.journey("Gil");
  await server.pays(journey);
  const page = await open(browser, { javaScriptEnabled: false });
  await signIn(page, server);
  await row(page, journey, "Paid $500.00");
  await page.context().close();
});

function focused(page) {
  return page.evaluate(() => document.activeElement.textContent.trim());
}
