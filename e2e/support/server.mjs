// The built program on a free port with a database of its own, and the calls that tests make.
import { createHmac } from "node:crypto";
import { execFile, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";

const BINARY = process.env.WHYPAID_BIN ?? fileURLToPath(new URL("../../target/debug/whypaid", import.meta.url));
const SECRET = "whsec_e2e";
const run = promisify(execFile);
let events = 0;

export class Server {
  /**
   * Starts the program; `stop` ends it and removes its database. With `stripe`, a stand-in for Stripe as well; without
   * `people`, nobody can sign in, and `code` is what the server prints for whoever is first.
   */
  static async start({ stripe = false, people = true } = {}) {
    const server = new Server();
    server.home = await mkdtemp(join(tmpdir(), "whypaid-e2e-"));
    server.port = await freePort();
    server.base = `http://127.0.0.1:${server.port}`;
    server.env = {
      PATH: process.env.PATH,
      WHYPAID_DATABASE_URL: `sqlite://${join(server.home, "e2e.db")}`,
      WHYPAID_LISTEN: `127.0.0.1:${server.port}`,
      STRIPE_WEBHOOK_SECRET: SECRET,
      WHYPAID_LOG: "warn",
    };
    if (stripe) await server.playStripe();
    const made = await run(BINARY, ["token", "create", "--role", "owner", "--name", "Ana"], server.options());
    server.token = made.stdout.trim();
    server.person = { email: "ana@example.com", password: "four plain words here" };
    if (people) await server.addPerson("owner", "Ana Lima", server.person);
    await server.up();
    return server;
  }

  /** Somebody who can sign in. */
  async addPerson(role, name, { email, password }) {
    const options = this.options();
    options.env = { ...options.env, WHYPAID_PASSWORD: password };
    await run(BINARY, ["user", "create", "--email", email, "--role", role, "--name", name], options);
  }

  /** Starts the stand-in, which sends its events here. */
  async playStripe() {
    const listen = `127.0.0.1:${await freePort()}`;
    const webhook = `${this.base}/api/webhooks/stripe`;
    const args = ["stand-in", "--listen", listen, "--webhook-url", webhook, "--webhook-secret", SECRET];
    this.stripe = spawn(BINARY, args, { ...this.options(), stdio: ["ignore", "ignore", "inherit"] });
    this.stripeBase = `http://${listen}`;
    Object.assign(this.env, { STRIPE_API_BASE: this.stripeBase, STRIPE_SECRET_KEY: "sk_test_e2e" });
    await until("the stand-in is ready", async () => (await fetch(`${this.stripeBase}/stand-in`)).ok);
  }

  /** Moves the stand-in's clock: `minute`, `hour`, `day` or `25-hours`. */
  async later(by) {
    const answer = await fetch(`${this.stripeBase}/stand-in/clock`, { method: "POST", body: new URLSearchParams({ by }) });
    if (!answer.ok) throw new Error(`the stand-in's clock answered ${answer.status}`);
  }

  options() {
    return { env: this.env, cwd: this.home };
  }

  /** Starts the process and waits until it can work. */
  async up() {
    this.process = spawn(BINARY, ["serve"], { ...this.options(), stdio: ["ignore", "pipe", "inherit"] });
    createInterface({ input: this.process.stdout }).on("line", (line) => {
      this.code = line.match(/enter this code: (\S+)/)?.[1] ?? this.code;
    });
    await until("the server is ready", async () => (await fetch(`${this.base}/readyz`)).ok);
  }

  /** Ends the process and keeps the database. */
  async down() {
    await ended(this.process);
  }

  async stop() {
    await this.down();
    if (this.stripe) await ended(this.stripe);
    await rm(this.home, { recursive: true, force: true });
  }

  async post(path, body) {
    return this.call("POST", path, body);
  }

  async get(path) {
    return this.call("GET", path);
  }

  async call(method, path, body) {
    const headers = { authorization: `Bearer ${this.token}`, "content-type": "application/json" };
    const answer = await fetch(this.base + path, { method, headers, body: body && JSON.stringify(body) });
    if (!answer.ok) throw new Error(`${path}: ${answer.status} ${await answer.text()}`);
    return answer.json();
  }

  /** A journey of a new client through an offer as sellers write it. */
  async offered(pages = {}) {
    const client = await this.post("/api/v1/clients", { name: "Ana Lima", email: "ana@example.com" });
    const content = { ...CONTENT, pages: { ...OFFER, ...pages } };
    const { version } = await this.post("/api/v1/contents", content);
    return this.post("/api/v1/journeys", { client_id: client.id, content_version_id: version.id });
  }

  /** Waits until the journey's money stands so. */
  async stands(journey, status) {
    await until(`the payment is ${status}`, async () => {
      return (await this.get(`/api/v1/journeys/${journey.id}`)).payment_status === status;
    });
  }

  /** A journey of a new client for $500.00; returns its id. */
  async journey(name) {
    const client = await this.post("/api/v1/clients", { name, email: "client@example.com", company: "Lima & Sons" });
    this.version ??= (await this.post("/api/v1/contents", CONTENT)).version.id;
    const journey = { client_id: client.id, content_version_id: this.version };
    return (await this.post("/api/v1/journeys", journey)).id;
  }

  /** Sends an event as Stripe would. */
  async event(type, object) {
    const now = Math.floor(Date.now() / 1000);
    events += 1;
    const event = { id: `evt_e2e_${process.pid}_${events}`, object: "event", type, created: now, livemode: false };
    const body = JSON.stringify({ ...event, data: { object } });
    const signature = createHmac("sha256", SECRET).update(`${now}.${body}`).digest("hex");
    const headers = { "stripe-signature": `t=${now},v1=${signature}` };
    const answer = await fetch(`${this.base}/api/webhooks/stripe`, { method: "POST", headers, body });
    if (!answer.ok) throw new Error(`the webhook answered ${answer.status}`);
  }

  /** $500.00 by card for this journey. */
  async pays(journeyId) {
    const metadata = { journeyId };
    const money = { currency: "usd", livemode: false, metadata, created: Math.floor(Date.now() / 1000) };
    const card = { payment_method_details: { type: "card" }, captured: true, paid: true };
    const charge = { id: `ch_${journeyId}`, object: "charge", status: "succeeded", amount: 50000 };
    await this.event("charge.succeeded", {
      ...money, ...card, ...charge, amount_captured: 50000, payment_intent: `pi_${journeyId}`,
    });
    await this.event("payment_intent.succeeded", {
      ...money, id: `pi_${journeyId}`, object: "payment_intent", status: "succeeded", amount: 50000,
      amount_received: 50000, latest_charge: charge.id, payment_method_types: ["card"],
    });
  }

  /** A declined attempt for this journey. */
  async fails(journeyId) {
    await this.event("payment_intent.payment_failed", {
      id: `pi_${journeyId}`, object: "payment_intent", status: "requires_payment_method", amount: 50000,
      currency: "usd", livemode: false, metadata: { journeyId },
      last_payment_error: { code: "card_declined", message: "Your card was declined." },
    });
  }
}

const CONTENT = {
  name: "Guarantee offer",
  pages: { activation: "Hello", agreement: "Terms", confirmation: "Thanks", processing: "One moment" },
  price: { amount_minor: 50000, currency: "usd" },
  elements: { headline: "question" },
  hypothesis: { statement: "A guarantee removes the risk that stops small shops.", category: "risk-reversal" },
};

const OFFER = {
  activation: `# Your shop, found by people nearby

Hello Ana,

you asked how more people could find *Lima & Sons*. Here is what we would do in the first month:

1. Put your opening hours right **everywhere**.
2. Ask ten happy customers for a review.
3. Measure what changes.

> We tripled our walk-ins. – Café Norte

More at [our site](https://example.com/work).`,
  agreement: `## What we agree on

| What | How |
|---|---|
| Price | $500, once |
| Time | one month |
| If it does not work | your money back |

You can stop at any time within **30 days** and get all of it back.`,
  confirmation: `# Welcome aboard

We are glad to work with you, Ana.`,
  processing: `# We begin on Monday

You hear from us within *two working days*.`,
};

const ASK_EVERY_MS = 20;

/** Asks until the answer is true; the test runner's own limit ends a wait in vain. */
export async function until(what, done) {
  for (;;) {
    try {
      if (await done()) return;
    } catch (error) {
      if (error.cause?.code !== "ECONNREFUSED") throw new Error(`waiting until ${what}`, { cause: error });
    }
    await new Promise((resolve) => setTimeout(resolve, ASK_EVERY_MS));
  }
}

/** Ends a process and waits until it has. */
async function ended(process) {
  if (process.exitCode !== null || process.signalCode !== null) return;
  const exit = once(process, "exit");
  process.kill("SIGTERM");
  await exit;
}

async function freePort() {
  const probe = createServer().listen(0, "127.0.0.1");
  await once(probe, "listening");
  const { port } = probe.address();
  probe.close();
  await once(probe, "close");
  return port;
}
