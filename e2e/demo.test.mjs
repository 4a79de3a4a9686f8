// The demo as a person meets it: the links that the terminal prints lead through the whole loop, and the stand-in's own
// pages read well on a phone, in the dark and without script.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { assertGood, launch, listening, open } from "./support/browser.mjs";
import { Demo } from "./support/demo.mjs";

const LIMIT = { timeout: 90_000 };
const PHONE = { viewport: { width: 390, height: 844 } };
let demo;
let browser;

before(async () => {
  [demo, browser] = await Promise.all([Demo.start(), launch()]);
}, LIMIT);
after(async () => {
  await browser?.close();
  await demo?.stop();
});

test("a client pays, and the seller's list changes by itself", LIMIT, async () => {
  const seller = await open(browser);
  const told = listening(seller);
  await seller.goto(demo.links.Seller);
  await told;
  await said(seller, "No payment yet");
  const client = await open(browser, PHONE);
  await toThePaymentPage(client);
  await assertGood(client);
  await client.getByRole("button", { name: "Pay by a card that is declined" }).click();
  await client.getByRole("alert").filter({ hasText: "Your card was declined." }).waitFor();
  await assertGood(client);
  await said(seller, "Your card was declined");
  await client.getByRole("button", { name: "Pay by card", exact: true }).click();
  await client.waitForURL((url) => url.href.startsWith(demo.links.Client));
  // In a row of a failed payment "paid" stands too: as the label of a column.
  await said(seller, /Paid \$500\.00/);
  await client.goto(demo.links.Client);
  await client.getByRole("heading", { name: /^Paid / }).waitFor();

  const stripe = await open(browser, PHONE);
  for (const [button, words] of [
    ["Refund a quarter", "Partly refunded"],
    ["Bank inquires", "Partly refunded"],
    ["Dispute opened", "Disputed"],
    ["Dispute won", "Partly refunded"],
    ["Refund the rest", /Refunded \$500/],
  ]) {
    await stripe.goto(demo.links.Stripe);
    await stripe.getByText("What happens next").first().click();
    await assertGood(stripe);
    await stripe.getByRole("button", { name: button }).first().click();
    await stripe.waitForURL(/#cs_test_/);
    await said(seller, words);
  }
  assert.deepEqual(seller.complaints, []);
  for (const page of [seller, client, stripe]) await page.context().close();
});

test("the stand-in's pages read well on any screen", LIMIT, async () => {
  for (const look of [
    PHONE,
    { colorScheme: "dark" },
    { colorScheme: "dark", viewport: { width: 320, height: 640 } },
    { forcedColors: "active" },
  ]) {
    const page = await open(browser, look);
    await page.goto(demo.links.Stripe);
    await page.getByText("no real money").waitFor();
    await assertGood(page);
    await page.goto(`${new URL(demo.links.Stripe).origin}/c/pay/cs_none`);
    await page.getByRole("heading", { level: 1, name: "There is no such checkout" }).waitFor();
    await assertGood(page);
    await page.context().close();
  }
});

test("without script the stand-in works all the same", LIMIT, async () => {
  const page = await open(browser, { ...PHONE, javaScriptEnabled: false });
  await page.goto(demo.links.Stripe);
  await page.getByRole("button", { name: "An hour on" }).click();
  await page.getByText(/ahead of the real time/).waitFor();
  await page.getByText("What happens next").first().click();
  await page.getByRole("button", { name: "Inquiry closed" }).first().click();
  await page.getByRole("alert").waitFor();
  await page.context().close();
});

/** From the private link to the page to pay on. */
async function toThePaymentPage(page) {
  await page.goto(demo.links.Client);
  await page.locator(".task a.button").click();
  await page.getByRole("checkbox").check();
  await page.getByRole("button", { name: "Accept and continue" }).click();
  await page.locator(".task button.button").click();
  await page.waitForURL(/\/c\/pay\/cs_test_/);
}

/** The row of the person who watches, once it says so. */
async function said(seller, words) {
  await seller.locator("#rows > tr").filter({ hasText: "You, the client" }).filter({ hasText: words }).waitFor();
}
