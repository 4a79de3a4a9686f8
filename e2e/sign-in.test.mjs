// Signing in and out, the empty list, and pages that are not there.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { assertGood, launch, open, row, signIn } from "./support/browser.mjs";
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

for (const colorScheme of ["light", "dark"]) {
  test(`the first visit, ${colorScheme}`, LIMIT, async () => {
    const page = await open(browser, { colorScheme });
    await page.goto(`${server.base}/sign-in`);
    await assertGood(page);
    await page.getByLabel("E-mail").fill("ana@example.com");
    await page.getByLabel("Password").fill("wrong");
    await page.getByRole("button", { name: "Sign in" }).click();
    await page.getByRole("alert").filter({ hasText: "do not fit together" }).waitFor();
    assert.equal(await page.getByLabel("E-mail").inputValue(), "ana@example.com");
    await assertGood(page);
    await signIn(page, server);
    await page.getByRole("heading", { name: "No test journeys yet" }).waitFor();
    await assertGood(page);
    await page.goto(`${server.base}/nothing-here`);
    await page.getByRole("heading", { name: "Not found" }).waitFor();
    await assertGood(page);
    await page.context().close();
  });
}

test("the cookie is out of reach of scripts, and gone after signing out", LIMIT, async () => {
  const page = await open(browser);
  await signIn(page, server);
  assert.equal(await page.evaluate(() => document.cookie), "");
  for (const cookie of await page.context().cookies()) {
    assert.deepEqual([cookie.httpOnly, cookie.sameSite, cookie.path], [true, "Lax", "/"]);
  }
  await page.getByRole("button", { name: "Sign out" }).click();
  await page.getByRole("heading", { name: "Sign in" }).waitFor();
  const left = await page.context().cookies();
  assert.deepEqual(left.map((cookie) => cookie.name), ["whypaid-browser"]);
  await page.context().close();
});

test("the first journey turns the empty list into a table", LIMIT, async () => {
  const page = await open(browser);
  await signIn(page, server);
  await page.getByRole("heading", { name: "No test journeys yet" }).waitFor();
  const journey = await server.journey("Ana Lima");
  await row(page, journey, "Ana Lima");
  assert.equal(await page.getByRole("heading", { name: "No test journeys yet" }).count(), 0);
  await assertGood(page);
  await page.getByRole("link", { name: "Live", exact: true }).click();
  await page.getByRole("heading", { name: "No live journeys yet" }).waitFor();
  assert.equal(await page.getByText("Test mode.").count(), 0);
  await page.context().close();
});
