// Payments, events and comparisons with Stripe: the main path of each, by keyboard, in the dark, on a phone.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { assertGood, launch, open, signIn } from "./support/browser.mjs";
import { Server } from "./support/server.mjs";

const LIMIT = { timeout: 120_000 };
const LOOKS = [
  { colorScheme: "dark" },
  { colorScheme: "light", viewport: { width: 390, height: 844 } },
  { colorScheme: "dark", viewport: { width: 320, height: 640 } },
  { forcedColors: "active", viewport: { width: 1000, height: 800 } },
];
let server;
let browser;

before(async () => {
  [server, browser] = await Promise.all([Server.start({ stripe: true }), launch()]);
}, LIMIT);
after(async () => {
  await browser?.close();
  await server?.stop();
});

/** $125.00 that no journey is named on. */
async function lonely(name, email) {
  await server.event("charge.succeeded", {
    id: `ch_${name}`, object: "charge", status: "succeeded", amount: 12500, amount_captured: 12500, captured: true,
    paid: true, currency: "usd", livemode: false, created: Math.floor(Date.now() / 1000) - 60,
    payment_intent: `pi_${name}`, payment_method_details: { type: "card" }, billing_details: { email },
  });
}

async function at(path, look) {
  const page = await open(browser, look);
  await signIn(page, server);
  await page.goto(server.base + path);
  return page;
}

test("a payment that nobody could be found for is linked, and that is undone", LIMIT, async () => {
  const journey = await server.journey("Ana Lima");
  await lonely("first", "client@example.com");
  const page = await at("/payments/unmatched");
  const item = page.locator("#pi_first");
  await item.getByText("its client has the e-mail address of this payment").waitFor();
  await assertGood(page);
  await item.getByRole("button", { name: "Link to Ana Lima" }).click();
  const done = page.locator("#done");
  await done.getByText("now belongs to Ana Lima, whose journey is Paid").waitFor();
  assert.equal((await server.get(`/api/v1/journeys/${journey}`)).outcome, "paid");
  await assertGood(page);
  await done.getByRole("button", { name: "Undo" }).click();
  await done.getByText("waits here again").waitFor();
  await page.locator("#pi_first").waitFor();
  assert.equal((await server.get(`/api/v1/journeys/${journey}`)).outcome, "pending");
  await page.context().close();
});

test("a journey is looked for by its client and linked by hand", LIMIT, async () => {
  await server.journey("Ben Özdemir");
  await lonely("sought", null);
  const page = await at("/payments/unmatched");
  await page.locator("#pi_sought").getByRole("link", { name: /Choose its journey/ }).click();
  await page.getByLabel("Search").fill("özdemir");
  await page.getByRole("button", { name: "Find journeys" }).click();
  await assertGood(page);
  await page.getByRole("button", { name: "Link to Ben Özdemir" }).click();
  await page.getByText("Matched by hand").waitFor();
  await assertGood(page);
  await page.context().close();
});

test("a long name and a long address push no page wider than a phone", LIMIT, async () => {
  const name = `Maximiliane von und zu ${"Donaudampfschifffahrtsgesellschaft-".repeat(3)}Hohenlohe ${"x".repeat(30)}`;
  const journey = await server.journey(name);
  await lonely("long", "client@example.com");
  const page = await at("/payments/unmatched", { viewport: { width: 390, height: 844 } });
  const { client_id } = await server.get(`/api/v1/journeys/${journey}`);
  for (const path of ["/", "/payments/unmatched", "/payments/pi_long", `/clients/${client_id}`, `/journeys/${journey}`]) {
    await page.goto(server.base + path);
    await page.getByText("Maximiliane").first().waitFor();
    await assertGood(page);
  }
  // What became of it is said beside its sign, on its own ground.
  await page.goto(`${server.base}/payments/unmatched`);
  await page.locator("#pi_long").getByRole("button", { name: "Link to Maximiliane" }).click();
  const done = page.locator("#done");
  await done.waitFor();
  assert.equal(await done.evaluate((notice) => getComputedStyle(notice).display), "flex");
  assert.notEqual(await done.evaluate((notice) => getComputedStyle(notice).backgroundColor), "rgba(0, 0, 0, 0)");
  await page.context().close();
});

test("a new payment shows in the open ledger by itself", LIMIT, async () => {
  const journey = await server.journey("Cleo Park");
  await lonely("shown", null);
  const page = await at("/payments");
  await page.locator("#pi_shown").waitFor();
  await page.evaluate(() => { window.sameDocument = true; });
  await server.pays(journey);
  await page.locator(`#pi_${journey}`).filter({ hasText: "Cleo Park" }).waitFor();
  await page.locator("#refreshed", { hasText: "1 new row" }).waitFor({ state: "attached" });
  assert.ok(await page.evaluate(() => window.sameDocument), "the page was not loaded again");
  await assertGood(page);
  await page.context().close();
});

test("filters by keyboard alone, all in the address", LIMIT, async () => {
  await lonely("keys", null);
  const page = await at("/payments");
  await page.locator("#q").focus();
  await page.keyboard.type("pi_keys");
  for (const id of ["status", "currency", "method", "matched", "from"]) {
    await page.keyboard.press("Tab");
    assert.equal(await page.evaluate(() => document.activeElement.id), id);
  }
  await page.locator("#matched").focus();
  await page.keyboard.type("Not yet");
  await page.keyboard.press("Enter");
  await page.locator("#q").focus();
  await page.keyboard.press("Enter");
  await page.waitForURL(/q=pi_keys/);
  assert.equal(await page.locator("[data-row]").count(), 1);
  const file = page.waitForEvent("download");
  await page.getByRole("link", { name: "CSV" }).focus();
  await page.keyboard.press("Enter");
  assert.equal((await file).suggestedFilename(), "payments-test.csv");
  await page.context().close();
});

test("an event shows what it changed, is copied and replayed", LIMIT, async () => {
  const journey = await server.journey("Dana Fox");
  await server.pays(journey);
  const page = await at(`/events?q=ch_${journey}`);
  await page.getByRole("link", { name: "charge.succeeded" }).first().click();
  await page.getByText("Dana Fox").first().waitFor();
  await page.context().grantPermissions(["clipboard-read", "clipboard-write"]);
  await page.getByRole("button", { name: "Copy" }).click();
  await page.getByRole("button", { name: "Copied" }).waitFor();
  const copied = JSON.parse(await page.evaluate(() => navigator.clipboard.readText()));
  assert.equal(copied.data.object.id, `ch_${journey}`);
  await page.getByRole("button", { name: "Replay it now" }).click();
  await page.getByText("Applied").first().waitFor();
  await assertGood(page);
  await page.context().close();
});

test("many events are counted, replayed and told of", LIMIT, async () => {
  await lonely("many", null);
  const page = await at("/events?status=applied&type=charge.succeeded");
  await page.getByRole("link", { name: "Replay these…" }).click();
  await page.getByRole("heading", { name: /events? will be replayed/ }).waitFor();
  await assertGood(page);
  await page.getByRole("button", { name: /^Replay \d+ events?$/ }).click();
  await page.getByText("All of them are done.").waitFor();
  await assertGood(page);
  await page.context().close();
});

test("a comparison is started and names what Stripe does not know", LIMIT, async () => {
  await lonely("unknown", null);
  const page = await at("/reconciliations");
  await page.getByLabel("Compare").selectOption("all");
  await page.getByRole("button", { name: "Compare now" }).click();
  await page.getByText("Differs").first().waitFor();
  await page.reload();
  await page.locator("#ch_unknown").filter({ hasText: "Stripe does not list it" }).waitFor();
  await assertGood(page);
  await page.locator("#ch_unknown").getByRole("link", { name: "open here" }).click();
  await page.getByRole("heading", { name: "Link it to a journey" }).waitFor();
  await page.context().close();
});

test("in the dark, on a phone, with forced colours", LIMIT, async () => {
  const journey = await server.journey("Eve with a rather long name for a client who writes it in full");
  await server.pays(journey);
  await server.fails(await server.journey("Finn"));
  await lonely("looks", "eve.with.a.very.long.address.of.hers@subdomain.of.a.long.domain.example.com");
  const { items } = await server.get("/api/v1/events?limit=1");
  const runs = await server.get("/api/v1/reconciliations");
  const paths = [
    "/payments", "/payments/unmatched", "/payments/pi_looks?q=eve", "/payments?status=lost", "/events",
    `/events/${items[0].id}`, "/events/replay?status=applied", "/reconciliations",
    ...runs.items.slice(0, 1).map((run) => `/reconciliations/${run.id}`),
  ];
  for (const look of LOOKS) {
    const page = await open(browser, look);
    await signIn(page, server);
    for (const path of paths) {
      await page.goto(server.base + path);
      await page.locator("h1").first().waitFor();
      await assertGood(page).catch((error) => { throw new Error(`${path} ${JSON.stringify(look)}`, { cause: error }); });
    }
    await page.context().close();
  }
});

test("without script the pages read and change", LIMIT, async () => {
  await server.journey("Gil");
  await lonely("plain", "client@example.com");
  const page = await at("/payments/unmatched", { javaScriptEnabled: false });
  await page.locator("#pi_plain").getByRole("button", { name: /^Link to/ }).first().click();
  await page.locator("#done").getByText("now belongs to").waitFor();
  await page.context().close();
});
