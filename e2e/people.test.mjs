// People: the first one by the code that the server prints, others by a link; what each role sees; sessions, tokens, the
// audit log; by keyboard, on a phone, in the dark.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { assertGood, launch, open, row, signIn } from "./support/browser.mjs";
import { Server, until } from "./support/server.mjs";

const LIMIT = { timeout: 120_000 };
const ANA = { email: "ana@example.com", password: "four plain words here" };
const BEN = { email: "ben@example.com", password: "another four plain words" };
const LOOKS = [
  { colorScheme: "light" },
  { colorScheme: "dark" },
  { viewport: { width: 390, height: 844 } },
  { colorScheme: "dark", viewport: { width: 320, height: 640 } },
  { forcedColors: "active" },
];
let server;
let browser;

before(async () => {
  [server, browser] = await Promise.all([Server.start({ people: false }), launch()]);
}, LIMIT);
after(async () => {
  await browser?.close();
  await server?.stop();
});

test("the first person, an editor by link, and a viewer without controls", LIMIT, async () => {
  const ana = await open(browser);
  await ana.goto(`${server.base}/`);
  await ana.getByRole("heading", { level: 1, name: "Set up whypaid" }).waitFor();
  await assertGood(ana);
  await ana.getByLabel("Code").fill("0000-0000-0000-0000");
  await fillSetUp(ana);
  await ana.getByText("Code is not the one that this server printed").waitFor();
  await assertGood(ana);
  await until("the code is printed", async () => server.code);
  await ana.getByLabel("Code").fill(server.code.toLowerCase());
  await fillSetUp(ana);
  await ana.getByRole("heading", { level: 1, name: "Set-up" }).waitFor();
  await assertGood(ana);

  const link = await invite(ana, "Ben Özdemir", BEN.email, "editor");
  await assertGood(ana);
  const ben = await open(browser, { viewport: { width: 390, height: 844 } });
  await ben.goto(link);
  await ben.getByRole("heading", { level: 1, name: "Welcome, Ben Özdemir" }).waitFor();
  await assertGood(ben);
  await ben.getByLabel("Password").fill("short");
  await ben.getByRole("button", { name: "Save and sign in" }).click();
  await ben.getByText("Password must have at least 12 characters").waitFor();
  await assertGood(ben);
  await ben.getByLabel("Password").fill(BEN.password);
  await ben.getByRole("button", { name: "Save and sign in" }).click();
  await ben.getByRole("heading", { level: 1, name: "Journeys" }).waitFor();
  await ben.getByRole("heading", { name: "First steps" }).waitFor();
  await ben.goto(link);
  await ben.getByRole("heading", { name: "Not found" }).waitFor();

  await ana.goto(`${server.base}/settings/people`);
  await ana.getByRole("link", { name: "Ben Özdemir" }).click();
  await assertGood(ana);
  await ana.getByLabel("Role", { exact: true }).selectOption("viewer");
  await ana.getByRole("button", { name: "Save" }).click();
  await ana.getByRole("status").filter({ hasText: "Saved." }).waitFor();

  await ben.goto(`${server.base}/settings`);
  await ben.getByRole("link", { name: "Your account" }).waitFor();
  assert.deepEqual(await ben.locator(".settings-nav a").allInnerTexts(), ["Set-up", "Thresholds", "Your account"]);
  await ben.goto(`${server.base}/`);
  assert.equal(await ben.getByRole("heading", { name: "First steps" }).count(), 0);
  await ben.goto(`${server.base}/settings/people`);
  await ben.getByRole("heading", { name: "That is not allowed" }).waitFor();

  await ana.getByText("Shut out…").click();
  await assertGood(ana);
  await ana.getByRole("button", { name: "Shut Ben Özdemir out" }).click();
  await ana.getByRole("status").filter({ hasText: "shut out" }).waitFor();
  await ben.goto(`${server.base}/settings/account`);
  await ben.getByRole("heading", { level: 1, name: "Sign in" }).waitFor();
  await ana.getByRole("button", { name: "Let in again" }).click();
  await ana.getByRole("status").filter({ hasText: "may sign in again" }).waitFor();
  await ben.getByLabel("E-mail").fill(BEN.email);
  await ben.getByLabel("Password").fill(BEN.password);
  await ben.getByRole("button", { name: "Sign in" }).click();
  await ben.getByRole("heading", { level: 1, name: "Your account" }).waitFor();
  for (const page of [ana, ben]) {
    assert.deepEqual(page.complaints, []);
    await page.context().close();
  }
});

for (const look of LOOKS) {
  test(`the settings read well with ${JSON.stringify(look)}`, LIMIT, async () => {
    const page = await open(browser, look);
    await signIn(page, server, ANA);
    for (const tab of ["set-up", "people", "tokens", "thresholds", "account", "audit", "audit?action=nothing"]) {
      await page.goto(`${server.base}/settings/${tab}`);
      await page.getByRole("heading", { level: 1 }).waitFor();
      await assertGood(page);
    }
    // From the first page, on whatever screen.
    await page.goto(`${server.base}/`);
    await page.getByRole("navigation", { name: "Main" }).getByRole("link", { name: "Settings" }).click();
    await page.getByRole("heading", { level: 1, name: "Set-up" }).waitFor();
    await page.context().close();
  });
}

test("a token is shown once, copied, and revoked by keyboard", LIMIT, async () => {
  const page = await open(browser, { permissions: ["clipboard-read", "clipboard-write"] });
  await signIn(page, server, ANA);
  await page.goto(`${server.base}/settings/tokens`);
  await page.getByLabel("Name").focus();
  await page.keyboard.type("Nightly export");
  await page.keyboard.press("Enter");
  const secret = await page.getByLabel("Token", { exact: true }).inputValue();
  await assertGood(page);
  await page.getByRole("button", { name: "Copy" }).click();
  await page.getByRole("button", { name: "Copied" }).waitFor();
  assert.equal(await page.evaluate(() => navigator.clipboard.readText()), secret);
  const asked = () => fetch(`${server.base}/api/v1/journeys`, { headers: { authorization: `Bearer ${secret}` } });
  assert.equal((await asked()).status, 200);
  await page.goto(`${server.base}/settings/tokens`);
  assert.equal(await page.getByText(secret).count(), 0);
  await page.getByLabel("Revoke Nightly export…").focus();
  await page.keyboard.press("Enter");
  await page.keyboard.press("Tab");
  await page.keyboard.press("Enter");
  await page.getByRole("status").filter({ hasText: "The token is revoked." }).waitFor();
  assert.equal((await asked()).status, 401);
  await page.context().close();
});

test("a password is changed, and other browsers are signed out", LIMIT, async () => {
  const cleo = { email: "cleo@example.com", password: "cleo has plain words" };
  await server.addPerson("viewer", "Cleo", cleo);
  const [here, there] = [await open(browser), await open(browser)];
  for (const page of [here, there]) await signIn(page, server, cleo);
  await here.goto(`${server.base}/settings/account`);
  assert.equal(await here.getByRole("row").filter({ hasText: "Chrome on Linux" }).count(), 2);
  await here.getByLabel("Current password").fill("not this one");
  await here.getByLabel("New password").fill("cleo has other words");
  await here.getByRole("button", { name: "Change password" }).click();
  await here.getByText("This is not your current password").waitFor();
  await assertGood(here);
  await here.getByLabel("Current password").fill(cleo.password);
  await here.getByLabel("New password").fill("cleo has other words");
  await here.getByRole("button", { name: "Change password" }).click();
  await here.getByRole("status").filter({ hasText: "Your password is changed." }).waitFor();
  await there.reload();
  await there.getByRole("heading", { level: 1, name: "Sign in" }).waitFor();
  for (const page of [here, there]) await page.context().close();
});

test("a link from elsewhere works for who is signed in, and leads back for who is not", LIMIT, async () => {
  const page = await open(browser);
  const wanted = `${server.base}/settings/audit?action=token`;
  // As from a mail program: another site's page with a link.
  const elsewhere = (to) => page.route("http://mail.example/", (route) =>
    route.fulfill({ contentType: "text/html", body: `<a href="${to}">Look</a>` }));
  await elsewhere(wanted);
  await page.goto("http://mail.example/");
  await page.getByRole("link", { name: "Look" }).click();
  await page.getByLabel("E-mail").fill(ANA.email);
  await page.getByLabel("Password").fill(ANA.password);
  await page.getByRole("button", { name: "Sign in" }).click();
  await page.waitForURL(wanted);
  await page.goto("http://mail.example/");
  await page.getByRole("link", { name: "Look" }).click();
  await page.getByRole("heading", { level: 1, name: "Audit log" }).waitFor();
  await page.context().close();
});

test("the first steps turn green by themselves", LIMIT, async () => {
  const page = await open(browser);
  await signIn(page, server, ANA);
  await page.goto(`${server.base}/settings/set-up`);
  await page.locator("#step-payment:not(.is-done)").waitFor();
  const journey = await server.journey("Dora");
  await server.pays(journey);
  await page.locator("#step-payment.is-done").waitFor();
  await page.locator("#step-event.is-done").waitFor();
  await assertGood(page);
  await page.context().close();
});

test("a hostile name does not run", LIMIT, async () => {
  const evil = "<img src=x onerror=\"window.ran=1\"><script>window.ran=1</script>'\">";
  const journey = await server.journey(evil);
  const page = await open(browser);
  await signIn(page, server, ANA);
  await row(page, journey, evil);
  // A change comes over the stream and is put into the page by script.
  await server.pays(journey);
  await row(page, journey, "Paid $500.00");
  await row(page, journey, evil);
  await invite(page, evil, "evil@example.com", "viewer");
  await page.getByRole("heading", { name: `A link for ${evil}` }).waitFor();
  await page.getByRole("link", { name: evil }).click();
  await page.getByRole("heading", { level: 1, name: evil }).waitFor();
  await page.goto(`${server.base}/settings/audit`);
  await page.getByRole("link", { name: evil }).first().waitFor();
  assert.equal(await page.evaluate(() => window.ran), undefined);
  assert.deepEqual(page.complaints, []);
  await page.context().close();
});

test("without script the settings work", LIMIT, async () => {
  const page = await open(browser, { javaScriptEnabled: false });
  await signIn(page, server, ANA);
  const link = await invite(page, "Eve", "eve@example.com", "viewer");
  assert.match(link, /\/welcome\/[0-9a-f]{48}$/);
  await page.goto(`${server.base}/settings/account`);
  await page.getByRole("button", { name: "Sign out everywhere else" }).click();
  await page.getByRole("status").filter({ hasText: "signed out everywhere else" }).waitFor();
  await page.context().close();
});

async function fillSetUp(page) {
  await page.getByLabel("Your name").fill("Ana Lima");
  await page.getByLabel("E-mail").fill(ANA.email);
  await page.getByLabel("Password").fill(ANA.password);
  await page.getByRole("button", { name: "Set up and sign in" }).click();
}

/** Adds somebody; returns their link. */
async function invite(page, name, email, role) {
  await page.goto(`${server.base}/settings/people`);
  await page.getByLabel("Name").fill(name);
  await page.getByLabel("E-mail").fill(email);
  await page.getByLabel("Role").selectOption(role);
  await page.getByRole("button", { name: "Make a link" }).click();
  return page.getByLabel("Link").inputValue();
}
