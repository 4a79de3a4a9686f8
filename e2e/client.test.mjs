// A client goes through a journey on a phone, with and without script: pays, is declined and tries again, pays slowly,
// leaves and comes back. A stand-in plays Stripe.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { assertGood, launch, open } from "./support/browser.mjs";
import { Server, until } from "./support/server.mjs";

const LIMIT = { timeout: 120_000 };
const PHONE = {
  viewport: { width: 390, height: 844 },
  userAgent: "Mozilla/5.0 (Linux; Android 15; Pixel 9) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/142.0.0.0 Mobile Safari/537.36",
};
let browser;
const servers = [];

before(async () => {
  browser = await launch();
}, LIMIT);
after(async () => {
  await browser?.close();
  await Promise.all(servers.map((server) => server.stop()));
});

/** Ended when all is done, whatever failed. */
async function serve(options) {
  const server = await Server.start(options);
  servers.push(server);
  return server;
}

for (const javaScriptEnabled of [true, false]) {
  const how = javaScriptEnabled ? "with script" : "without script";

  /** A server and a phone of its own for each way to go: addresses are slowed down that ask too often. */
  const onPhone = (name, walk) =>
    test(`${how}: ${name}`, LIMIT, async () => {
      const server = await serve({ stripe: true });
      const journey = await server.offered();
      const page = await open(browser, { ...PHONE, javaScriptEnabled });
      await walk({ server, journey, page, link: journey.link });
      assert.deepEqual(page.complaints, []);
      await page.context().close();
    });

  /** axe needs script. */
  const good = async (page) => {
    if (javaScriptEnabled) return assertGood(page);
    const wide = await page.locator("html").evaluate((html) => html.scrollWidth - window.innerWidth);
    assert.ok(wide <= 0, `the page is ${wide} px wider than the window`);
  };

  onPhone("reads, agrees, pays by card, and is thanked", async ({ server, journey, page, link }) => {
    await page.goto(link);
    await page.getByRole("heading", { level: 1, name: "Welcome" }).waitFor();
    await page.getByText("Put your opening hours right").waitFor();
    await good(page);
    await agree(page, good);
    await page.getByText("$500.00").waitFor();
    await good(page);
    await page.getByRole("button", { name: "Pay", exact: true }).click();
    await page.getByRole("button", { name: "Pay by card" }).click();
    await page.waitForURL(/back=paid/);
    await server.stands(journey, "paid");
    await page.goto(link);
    await notice(page, "Paid $500.00");
    await page.getByText("We are glad to work with you, Ana.").waitFor();
    await good(page);
    await page.getByRole("link", { name: "What happens next" }).last().click();
    await page.getByText("You hear from us within two working days.").waitFor();
    await good(page);
    await page.goto("about:blank");
    await seen(server, journey, javaScriptEnabled);
  });

  onPhone("is declined, and tries again", async ({ server, journey, page, link }) => {
    await page.goto(link);
    await agree(page, good);
    await page.getByRole("button", { name: "Pay", exact: true }).click();
    await page.getByRole("button", { name: "Pay by a card that is declined" }).click();
    await page.getByText("Your card was declined.").waitFor();
    await server.stands(journey, "failed");
    await page.getByRole("button", { name: "Go back without paying" }).click();
    await notice(page, "The payment did not go through");
    await good(page);
    await page.getByRole("button", { name: "Try again" }).click();
    await page.getByRole("button", { name: "Pay by card" }).click();
    await page.waitForURL(/back=paid/);
    assert.equal(await page.getByText("did not go through").count(), 0, "the card before is not told of after the one that paid");
    await server.stands(journey, "paid");
    await page.goto(link);
    await notice(page, "Paid $500.00");
    const { payments } = await server.get(`/api/v1/journeys/${journey.id}`);
    assert.equal(payments.length, 1);
  });

  onPhone("pays by bank debit, which takes its time", async ({ server, journey, page, link }) => {
    await page.goto(link);
    await agree(page, good);
    await page.getByRole("button", { name: "Pay", exact: true }).click();
    await page.getByRole("button", { name: "Pay by bank debit, which arrives in a minute" }).click();
    await server.stands(journey, "processing");
    await page.goto(link);
    await notice(page, "Your payment is on its way");
    await good(page);
    await server.later("minute");
    await server.stands(journey, "paid");
    await page.reload();
    await notice(page, "Paid $500.00");
  });

  onPhone("pays by a bank debit that comes back, then by card", async ({ server, journey, page, link }) => {
    await page.goto(link);
    await agree(page, good);
    await page.getByRole("button", { name: "Pay", exact: true }).click();
    await page.getByRole("button", { name: "Pay by bank debit, which comes back in a minute" }).click();
    await server.stands(journey, "processing");
    await server.later("minute");
    await server.stands(journey, "failed");
    await page.goto(link);
    await notice(page, "The payment did not go through");
    await page.getByRole("button", { name: "Try again" }).click();
    await page.getByRole("button", { name: "Pay by card" }).click();
    await server.stands(journey, "paid");
    await page.goto(link);
    await notice(page, "Paid $500.00");
  });

  onPhone("leaves, comes back, lets it expire, and pays", async ({ server, journey, page, link }) => {
    await page.goto(link);
    await agree(page, good);
    await page.getByRole("button", { name: "Pay", exact: true }).click();
    const first = page.url();
    await page.getByRole("button", { name: "Go back without paying" }).click();
    await notice(page, "You left the payment page");
    await good(page);
    await page.goto(link);
    await notice(page, "A payment page is open already");
    await good(page);
    await page.getByRole("button", { name: "Continue to payment" }).click();
    await page.getByRole("button", { name: "Let this checkout expire" }).waitFor();
    assert.equal(page.url(), first, "it is the same checkout");
    await page.getByRole("button", { name: "Let this checkout expire" }).click();
    await page.getByText("This checkout has expired").waitFor();
    await until("the expiry is known", async () => (await server.get(`/api/v1/journeys/${journey.id}`)).outcome === "ghosted");
    await page.goto(link);
    await notice(page, "The payment page has expired");
    await good(page);
    await page.getByRole("button", { name: "Pay", exact: true }).click();
    await page.getByRole("button", { name: "Pay by card" }).click();
    await server.stands(journey, "paid");
    await page.goto(link);
    await notice(page, "Paid $500.00");
  });
}

for (const look of [{ colorScheme: "light" }, { colorScheme: "dark" }, { forcedColors: "active" }, { viewport: { width: 320, height: 640 } }]) {
  test(`what is said when there is nothing to show, ${JSON.stringify(look)}`, LIMIT, async () => {
    const server = await serve();
    const journey = await server.offered({ agreement: `# ${"Donaudampfschifffahrtsgesellschaft".repeat(6)}\n\n|a|b|c|d|e|f|\n|-|-|-|-|-|-|\n|1|2|3|4|5|6|` });
    const page = await open(browser, { ...PHONE, ...look });
    const { link } = journey;
    await page.goto(`${link}/agreement`);
    await assertGood(page);
    await page.goto(`${server.base}/j/nothing`);
    await page.getByRole("heading", { name: "This link does not work" }).waitFor();
    await assertGood(page);
    // Stripe is not set up here.
    await page.goto(link);
    await agree(page, assertGood);
    await page.getByRole("button", { name: "Pay", exact: true }).click();
    await notice(page, "Paying does not work at the moment");
    await assertGood(page);
    await server.post(`/api/v1/journeys/${journey.id}/withdrawal`);
    await page.goto(link);
    await page.getByRole("heading", { name: "This link was withdrawn" }).waitFor();
    await assertGood(page);
    await page.context().close();
  });
}

test("by keyboard alone, and the tick is asked for", LIMIT, async () => {
  const server = await serve();
  const journey = await server.offered();
  const page = await open(browser, PHONE);
  await page.goto(`${journey.link}/agreement`);
  await page.keyboard.press("Tab");
  assert.equal(await page.evaluate(() => document.activeElement.textContent), "Skip to content");
  await page.keyboard.press("Enter");
  await page.keyboard.press("Tab");
  assert.equal(await page.evaluate(() => document.activeElement.textContent), "Welcome");
  await page.keyboard.press("Tab");
  assert.equal(await page.evaluate(() => document.activeElement.type), "checkbox");
  await page.keyboard.press("Tab");
  await page.keyboard.press("Enter");
  assert.match(new URL(page.url()).pathname, /agreement$/, "the browser asks for the tick");
  assert.equal(await page.evaluate(() => document.activeElement.type), "checkbox");
  await page.keyboard.press("Space");
  await page.keyboard.press("Tab");
  await page.keyboard.press("Enter");
  await page.waitForURL(/confirmation$/);
  await page.context().close();
});

/** From the first page to paying. */
async function agree(page, good) {
  await page.getByRole("link", { name: "Continue" }).click();
  await page.getByRole("heading", { level: 1, name: "Agreement" }).waitFor();
  await good(page);
  await page.getByRole("checkbox").check();
  await page.getByRole("button", { name: "Accept and continue" }).click();
  await page.getByRole("heading", { level: 1, name: "Payment" }).waitFor();
}

function notice(page, words) {
  return page.locator(".notice", { hasText: words }).waitFor();
}

/** Every page was counted, with the time it was looked at where script runs. */
async function seen(server, journey, withScript) {
  await until("the views are written", async () => {
    const { items } = await server.get(`/api/v1/journeys/${journey.id}/views`);
    const steps = new Set(items.map((view) => view.step));
    const told = items.filter((view) => view.visible_ms > 0).length;
    return steps.size === 4 && (withScript ? told >= 4 : told === 0);
  });
  assert.ok((await server.get(`/api/v1/journeys/${journey.id}`)).first_viewed_at);
}
