"""Stripe's own Python SDK, unmodified, at work with the stand-in.

Reads from standard input {"base", "secret", "intents", "webhooks": [{"header", "body"}]}; ends with 0 when everything went
as with Stripe, else says what did not. Also holds our objects against the SDK's classes, which are generated from Stripe's
specification: no field that they do not know, none missing that they call required.
"""

import json
import sys
import typing

import stripe
from stripe import StripeClient

given = json.load(sys.stdin)
client = StripeClient("sk_test_sdk", base_addresses={"api": given["base"]})
v1 = client.v1

SESSION = {
    "mode": "payment",
    "success_url": "https://example.com/done?s={CHECKOUT_SESSION_ID}",
    "cancel_url": "https://example.com/back",
    "client_reference_id": "jrn_1",
    "metadata": {"journeyId": "jrn_1", "note": "ä ö & = [x]"},
    "payment_intent_data": {"metadata": {"journeyId": "jrn_1"}},
    "line_items": [
        {
            "quantity": 2,
            "price_data": {"currency": "eur", "unit_amount": 2500, "product_data": {"name": "Offer"}},
        }
    ],
}

# Fields that Stripe sends and its specification keeps to itself.
UNSPECIFIED = {("PaymentIntent", "source"), ("Charge", "source")}
strange = []
seen = set()


def is_optional(annotation):
    return type(None) in typing.get_args(annotation)


def hold(cls, shown, path):
    """Holds an object against the class that the SDK reads it into."""
    seen.add(cls.__name__)
    known = cls.__annotations__
    for field in shown:
        if field not in known and (cls.__name__, field) not in UNSPECIFIED:
            strange.append(f"{path}.{field} is not in {cls.__qualname__}")
    for field, annotation in known.items():
        required = not field.startswith("_") and not is_optional(annotation) and field not in ("OBJECT_NAME", "deleted")
        if required and field not in shown and "ClassVar" not in str(annotation):
            strange.append(f"{path}.{field} is missing, and {cls.__qualname__} requires it")
    for field, inner in getattr(cls, "_inner_class_types", {}).items():
        value = shown.get(field)
        for item in value if isinstance(value, list) else [value]:
            if isinstance(item, dict) and item:
                hold(inner, item, f"{path}.{field}")


def plain(thing):
    return json.loads(str(thing))


def refused(kind, act):
    try:
        act()
    except stripe.StripeError as error:
        assert type(error) is kind, f"{type(error)} instead of {kind}: {error}"
        assert error.request_id.startswith("req_"), error.request_id
        return error
    raise AssertionError(f"{kind} did not happen")


# Create, retrieve, expire.
session = v1.checkout.sessions.create(SESSION, {"idempotency_key": "python-1"})
assert session.amount_total == 5000 and session.status == "open" and session.payment_intent is None
assert session.metadata["note"] == "ä ö & = [x]"
assert session.last_response.headers["request-id"].startswith("req_")
assert plain(v1.checkout.sessions.retrieve(session.id)) == plain(session)
again = v1.checkout.sessions.create(SESSION, {"idempotency_key": "python-1"})
assert again.id == session.id and again.last_response.headers["idempotent-replayed"] == "true"
changed = {**SESSION, "client_reference_id": "jrn_2"}
refused(stripe.IdempotencyError, lambda: v1.checkout.sessions.create(changed, {"idempotency_key": "python-1"}))
assert v1.checkout.sessions.expire(session.id).status == "expired"

# Errors are typed.
missing = refused(stripe.InvalidRequestError, lambda: v1.charges.retrieve("ch_none"))
assert missing.code == "resource_missing" and missing.http_status == 404
unknown = refused(stripe.InvalidRequestError, lambda: v1.checkout.sessions.create({**SESSION, "wrong": "1"}))
assert unknown.param == "wrong"
stranger = StripeClient("sk_live_sdk", base_addresses={"api": given["base"]})
refused(stripe.AuthenticationError, lambda: stranger.v1.charges.list())

# Lists page by themselves, newest first, everything once.
intents = [intent.id for intent in v1.payment_intents.list({"limit": 7}).auto_paging_iter()]
assert len(intents) == len(set(intents)) == given["intents"], (len(intents), given["intents"])
oldest = intents[-1]
back = v1.payment_intents.list({"limit": 5, "ending_before": oldest}).auto_paging_iter()
assert [intent.id for intent in back] == list(reversed(intents[:-1]))
for service in (v1.checkout.sessions, v1.charges, v1.refunds, v1.disputes, v1.events, v1.customers):
    for thing in service.list({"limit": 100}).auto_paging_iter():
        hold(type(thing), plain(thing), thing.object)
for intent in v1.payment_intents.list({"limit": 100}).auto_paging_iter():
    hold(type(intent), plain(intent), intent.object)
hold(stripe.Account, plain(v1.accounts.retrieve_current()), "account")
hold(stripe.Balance, plain(v1.balance.retrieve()), "balance")

# Expansion, refunds, disputes.
paid = next(i for i in v1.payment_intents.list({"limit": 100}).auto_paging_iter() if i.status == "succeeded")
full = v1.payment_intents.retrieve(paid.id, {"expand": ["latest_charge"]})
assert isinstance(full.latest_charge, stripe.Charge)
free = next(
    c for c in v1.charges.list({"limit": 100}).auto_paging_iter()
    if c.status == "succeeded" and c.amount_refunded == 0 and not c.disputed and c.captured
)
refund = v1.refunds.create({"charge": free.id, "amount": 100, "reason": "requested_by_customer"})
assert refund.amount == 100 and v1.refunds.retrieve(refund.id).reason == "requested_by_customer"
refused(stripe.InvalidRequestError, lambda: v1.refunds.create({"charge": free.id, "amount": 10**9}))
customer = v1.customers.create({"email": "a@example.com", "metadata": {"k": "v"}})
assert v1.customers.retrieve(customer.id).email == "a@example.com"
hold(stripe.Customer, plain(customer), "customer")

# Events: filters, and the webhooks that told of them.
some = v1.events.list({"types": ["charge.succeeded"], "created": {"gte": 0}, "limit": 100}).auto_paging_iter()
assert all(event.type == "charge.succeeded" for event in some)
assert given["webhooks"]
for webhook in given["webhooks"]:
    event = stripe.Webhook.construct_event(webhook["body"].encode(), webhook["header"], given["secret"])
    assert v1.events.retrieve(event.id).type == event.type
    hold(stripe.Event, plain(event), "event")
    try:
        stripe.Webhook.construct_event(webhook["body"].encode() + b" ", webhook["header"], given["secret"])
        raise AssertionError("a changed body was accepted")
    except stripe.SignatureVerificationError:
        pass

assert not strange, "\n".join(sorted(set(strange)))
assert {"Session", "PaymentIntent", "Charge", "Refund", "Dispute", "Customer", "Event"} <= seen, seen
print(f"stripe-python {stripe.VERSION}, {len(intents)} intents, {len(given['webhooks'])} webhooks, {len(seen)} classes")
