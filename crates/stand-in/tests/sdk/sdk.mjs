// Stripe's own SDK for Node, unmodified, at work with the stand-in.
//
// Reads from standard input {"base", "secret", "intents", "webhooks": [{"header", "body"}]}; ends with 0 when everything
// went as with Stripe.
import assert from "node:assert/strict";
import { text } from "node:stream/consumers";
import Stripe from "stripe";

const given = JSON.parse(await text(process.stdin));
const { hostname, port } = new URL(given.base);
const client = (key) => new Stripe(key, { host: hostname, port, protocol: "http", maxNetworkRetries: 0 });
const stripe = client("sk_test_sdk");

const SESSION = {
  mode: "payment",
  success_url: "https://example.com/done?s={CHECKOUT_SESSION_ID}",
  cancel_url: "https://example.com/back",
  client_reference_id: "jrn_1",
  metadata: { journeyId: "jrn_1", note: "ä ö & = [x]" },
  payment_intent_data: { metadata: { journeyId: "jrn_1" } },
  line_items: [
    { quantity: 2, price_data: { currency: "eur", unit_amount: 2500, product_data: { name: "Offer" } } },
  ],
};

async function refused(kind, act) {
  await assert.rejects(act, (error) => {
    assert.ok(error instanceof kind, `${error}`);
    assert.match(error.requestId, /^req_/);
    return true;
  });
}

async function everything(pages) {
  const all = [];
  for await (const item of pages) all.push(item);
  return all;
}

// Create, retrieve, expire.
const session = await stripe.checkout.sessions.create(SESSION, { idempotencyKey: "node-1" });
assert.equal(session.amount_total, 5000);
assert.equal(session.status, "open");
assert.equal(session.metadata.note, "ä ö & = [x]");
assert.match(session.lastResponse.requestId, /^req_/);
assert.deepEqual({ ...(await stripe.checkout.sessions.retrieve(session.id)) }, { ...session });
const again = await stripe.checkout.sessions.create(SESSION, { idempotencyKey: "node-1" });
assert.equal(again.id, session.id);
assert.equal(again.lastResponse.headers["idempotent-replayed"], "true");
const { errors } = Stripe;
await refused(errors.StripeIdempotencyError, () =>
  stripe.checkout.sessions.create({ ...SESSION, locale: "de" }, { idempotencyKey: "node-1" }));
assert.equal((await stripe.checkout.sessions.expire(session.id)).status, "expired");

// Errors are typed.
await refused(errors.StripeInvalidRequestError, () => stripe.charges.retrieve("ch_none"));
await refused(errors.StripeInvalidRequestError, () => stripe.checkout.sessions.create({ ...SESSION, wrong: "1" }));
await refused(errors.StripeAuthenticationError, () => client("sk_live_sdk").charges.list());

// Lists page by themselves, newest first, everything once.
const intents = (await everything(stripe.paymentIntents.list({ limit: 7 }))).map((intent) => intent.id);
assert.equal(intents.length, given.intents);
assert.equal(new Set(intents).size, given.intents);
const back = await everything(stripe.paymentIntents.list({ limit: 5, ending_before: intents.at(-1) }));
assert.deepEqual(back.map((intent) => intent.id), intents.slice(0, -1).reverse());
for (const list of [stripe.checkout.sessions, stripe.charges, stripe.refunds, stripe.disputes, stripe.events]) {
  const all = await everything(list.list({ limit: 2 }));
  assert.ok(all.length > 2 && new Set(all.map((item) => item.id)).size === all.length, `${all.length}`);
}

// Expansion, refunds, filters.
const charges = await everything(stripe.charges.list({ limit: 100, expand: ["data.payment_intent"] }));
assert.ok(charges.every((charge) => charge.payment_intent.object === "payment_intent"));
const free = charges.find((c) => c.status === "succeeded" && c.amount_refunded === 0 && !c.disputed && c.captured);
const refund = await stripe.refunds.create({ charge: free.id, amount: 100 });
assert.equal((await stripe.charges.retrieve(free.id)).amount_refunded, 100);
assert.equal((await stripe.refunds.retrieve(refund.id)).charge, free.id);
const some = await everything(stripe.events.list({ types: ["charge.succeeded"], created: { gte: 0 }, limit: 100 }));
assert.ok(some.length > 0 && some.every((event) => event.type === "charge.succeeded"));

// The webhooks that told of events.
assert.ok(given.webhooks.length > 0);
for (const { header, body } of given.webhooks) {
  const event = stripe.webhooks.constructEvent(body, header, given.secret);
  assert.equal((await stripe.events.retrieve(event.id)).type, event.type);
  assert.throws(() => stripe.webhooks.constructEvent(`${body} `, header, given.secret), errors.StripeSignatureVerificationError);
}
console.log(`stripe-node ${Stripe.PACKAGE_VERSION ?? "23"}, ${intents.length} intents, ${given.webhooks.length} webhooks`);
