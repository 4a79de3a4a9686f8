"""Stripe's own SDK as a judge of signatures, with its clock stopped at NOW.

Reads from standard input a JSON list of {"name", "header", "body", "secret"} that we signed; writes to standard output
{"now", "version", "accepted": {name: bool}, "vectors": [{"name", "header", "body", "secret", "accepts"}]}: whether the
SDK accepts ours, and headers of its own making with its own verdicts.
"""

import json
import sys
from unittest import mock

import stripe

NOW = 1_700_000_000
SECRET = "whsec_5f1c9a"
BODY = '{"id":"evt_1","object":"event","type":"charge.succeeded","note":"caf\u00e9 \u2615"}'


def accepts(header, body, secret):
    try:
        stripe.Webhook.construct_event(body.encode("utf-8"), header, secret)
        return True
    except stripe.SignatureVerificationError:
        return False


def signed(at, body=BODY, secret=SECRET):
    return stripe.WebhookSignature.generate_signature_header(body, secret, at)


def headers():
    good = signed(NOW)
    v1 = good.split("v1=")[1]
    wrong = signed(NOW, secret="whsec_other").split("v1=")[1]
    yield "fresh", good
    yield "1 s old", signed(NOW - 1)
    yield "300 s old", signed(NOW - 300)
    yield "301 s old", signed(NOW - 301)
    yield "a day old", signed(NOW - 86400)
    yield "300 s ahead", signed(NOW + 300)
    yield "301 s ahead", signed(NOW + 301)
    yield "3000 s ahead", signed(NOW + 3000)
    yield "another secret", signed(NOW, secret="whsec_other")
    yield "another body", signed(NOW, body=BODY + " ")
    yield "two v1, second fits", f"t={NOW},v1={wrong},v1={v1}"
    yield "two v1, first fits", f"t={NOW},v1={v1},v1={wrong}"
    yield "two v1, none fits", f"t={NOW},v1={wrong},v1={wrong}"
    yield "with a decoy v0", f"t={NOW},v1={v1},v0={wrong}"
    yield "v0 only", f"t={NOW},v0={v1}"
    yield "other order", f"v1={v1},t={NOW}"
    yield "unknown scheme", f"t={NOW},v2=x,v1={v1}"
    yield "uppercase hex", f"t={NOW},v1={v1.upper()}"
    yield "space after the comma", f"t={NOW}, v1={v1}"
    yield "capital V", f"t={NOW},V1={v1}"
    yield "v1 cut short", f"t={NOW},v1={v1[:-2]}"
    yield "v1 too long", f"t={NOW},v1={v1}00"
    yield "v1 empty", f"t={NOW},v1="
    yield "no v1", f"t={NOW}"
    yield "no t", f"v1={v1}"
    yield "t is a word", f"t=now,v1={v1}"
    yield "t empty", f"t=,v1={v1}"
    yield "t changed", f"t={NOW + 1},v1={v1}"
    yield "empty", ""
    yield "nonsense", "nonsense"
    yield "only commas", ",,,"
    yield "two t, equal", f"t={NOW},t={NOW},v1={v1}"
    yield "two t, first is signed", f"t={NOW},t={NOW - 9000},v1={v1}"
    yield "two t, second is signed", f"t={NOW - 9000},t={NOW},v1={v1}"
    yield "t with spaces", f"t= {NOW} ,v1={v1}"
    yield "t with underscores", f"t=1_700_000_000,v1={v1}"
    yield "t with a plus", f"t=+{NOW},v1={v1}"
    yield "t with a leading zero", f"t=0{NOW},v1={v1}"
    yield "t with a fraction", f"t={NOW}.0,v1={v1}"


def main():
    ours = json.load(sys.stdin)
    with mock.patch("time.time", return_value=NOW):
        vectors = [
            {"name": name, "header": header, "body": BODY, "secret": SECRET, "accepts": accepts(header, BODY, SECRET)}
            for name, header in headers()
        ]
        accepted = {o["name"]: accepts(o["header"], o["body"], o["secret"]) for o in ours}
    json.dump({"now": NOW, "version": stripe.VERSION, "accepted": accepted, "vectors": vectors}, sys.stdout)


main()
