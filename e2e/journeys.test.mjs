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
  await page.waitForURL(/q=cleo/);
  await page.getByLabel("Outcome").selectOption("pending");
  await page.waitForURL(/outcome=pending/);
  assert.equal(new URL(page.url()).search, "?livemode=false&q=cleo&outcome=pending");
  await row(page, journey, "No payment yet");
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
  assert.equal(await focused(page), "New journey");
  await page.keyboard.press("/");
  await page.keyboard.type("finn");
  await page.keyboard.press("Enter");
  await page.waitForURL(/q=finn/);
  assert.equal(await page.locator("#rows > tr").count(), 1);
  await page.locator("#q").focus();
  for (const name of ["outcome", "payment_status", "sort"]) {
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

test("side by side two screens show a change within a second of the webhook", LIMIT, async () => {
  const journey = await server.journey("Hana");
  const pages = [await open(browser), await open(browser)];
  for (const page of pages) {
    const told = listening(page);
    await signIn(page, server);
    await told;
    await row(page, journey, "No payment yet");
    await page.evaluate((id) => {
      new MutationObserver(() => {
        if (document.getElementById(id)?.innerText.includes("Paid $500.00")) window.shownAt ??= Date.now();
      }).observe(document.body, { subtree: true, childList: true, characterData: true });
    }, journey);
  }
  await server.pays(journey);
  const sentAt = Date.now();
  for (const page of pages) {
    await row(page, journey, "Paid $500.00");
    const shownAt = await page.evaluate(() => window.shownAt);
    assert.ok(shownAt - sentAt < 1000, `${shownAt - sentAt} ms`);
    await page.context().close();
  }
});

test("the list follows while somebody types, and the focus stays", LIMIT, async () => {
  const [ines, jon] = [await server.journey("Ines Adler"), await server.journey("Jon Adler")];
  const page = await open(browser);
  await signIn(page, server);
  await page.evaluate(() => { window.sameDocument = true; });
  await page.keyboard.press("/");
  await page.keyboard.type("adler in");
  await page.locator(`#${jon}`).waitFor({ state: "detached" });
  await row(page, ines, "Ines Adler");
  assert.equal(await page.evaluate(() => document.activeElement.id), "q");
  await page.waitForURL(/q=adler\+in/);
  assert.ok(await page.evaluate(() => window.sameDocument), "the page was not loaded again");
  await server.pays(ines);
  await row(page, ines, "Paid $500.00");
  await page.locator("#q").fill("nobody of this name");
  await page.getByRole("heading", { name: "No journey fits these filters" }).waitFor();
  await assertGood(page);
  await page.context().close();
});

test("filters are saved as a view and found again", LIMIT, async () => {
  const journey = await server.journey("Kim");
  await server.fails(journey);
  const page = await open(browser);
  await signIn(page, server);
  await page.getByLabel("Payment", { exact: true }).selectOption("failed");
  await page.waitForURL(/payment_status=failed/);
  await page.getByText("Save this view").click();
  await page.locator("#view-name").fill("To call");
  await page.getByRole("button", { name: "Save" }).click();
  await page.getByRole("link", { name: "To call" }).waitFor();
  await page.goto(`${server.base}/`);
  await page.getByRole("link", { name: "To call" }).click();
  await row(page, journey, "Failed");
  assert.equal(await page.getByRole("link", { name: "To call" }).getAttribute("aria-current"), "true");
  await assertGood(page);
  await page.getByRole("button", { name: "Delete the view To call" }).click();
  await page.getByRole("link", { name: "To call" }).waitFor({ state: "detached" });
  await page.context().close();
});

test("many are marked with a preview, and taken back, by keyboard", LIMIT, async () => {
  const made = [];
  for (const name of ["Leo Falk", "Mia Falk", "Noa Falk"]) made.push(await server.journey(name));
  await server.pays(made[1]);
  const page = await open(browser);
  await signIn(page, server);
  await page.keyboard.press("/");
  await page.keyboard.type("falk");
  await page.waitForURL(/q=falk/);
  await row(page, made[1], "Paid $500.00");
  await page.keyboard.press("Escape");
  await page.keyboard.press("j");
  assert.equal(await focused(page), "Noa Falk");
  await page.keyboard.press("x");
  await page.keyboard.press("j");
  await page.keyboard.press("j");
  await page.keyboard.press("Shift+X");
  await page.getByText("3 journeys ticked").waitFor();
  await assertGood(page);
  await page.locator("#bulk-outcome").selectOption("ghosted");
  await page.getByRole("button", { name: "Preview…" }).focus();
  await page.keyboard.press("Enter");
  await page.getByRole("heading", { name: "Mark 2 journeys as ghosted?" }).waitFor();
  await page.getByText("Stripe says paid, which outranks a mark").waitFor();
  await assertGood(page);
  await page.waitForFunction(() => document.activeElement?.textContent === "Mark as ghosted");
  await page.keyboard.press("Enter");
  await page.getByRole("heading", { name: "Marked 2 journeys as ghosted" }).waitFor();
  await page.getByRole("button", { name: "Undo" }).focus();
  await page.keyboard.press("Enter");
  await page.getByRole("heading", { name: "Took back the marks of 3 journeys" }).waitFor();
  await page.getByRole("link", { name: "Back to the list" }).click();
  await row(page, made[0], "Pending");
  await page.context().close();
});

test("a failed payment has its link to copy, and ? shows the keys, on every screen", LIMIT, async () => {
  const journey = await server.journey("Olga");
  await server.fails(journey);
  for (const look of [{}, { colorScheme: "dark" }, { viewport: { width: 390, height: 844 } }]) {
    const page = await open(browser, { ...look, permissions: ["clipboard-read", "clipboard-write"] });
    await signIn(page, server);
    const alert = page.locator(".alert", { hasText: "Olga" });
    await alert.getByRole("button", { name: "Copy link" }).click();
    await alert.getByRole("button", { name: "Copied" }).waitFor();
    assert.match(await page.evaluate(() => navigator.clipboard.readText()), /\/j\/[0-9a-f]{48}$/);
    await page.keyboard.press("?");
    await page.getByRole("heading", { name: "Keys" }).waitFor();
    await assertGood(page);
    await page.keyboard.press("Escape");
    await assertGood(page);
    await page.context().close();
  }
});
