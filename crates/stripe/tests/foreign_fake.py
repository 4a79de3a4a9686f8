"""Starts localstripe, lets it take payments and give some back, prints where it listens and what it holds, and ends with
its standard input."""

import json
import socket
import subprocess
import sys
import time
import urllib.parse
import urllib.request

KEY = "Basic c2tfdGVzdF8xMjM6"  # sk_test_123:
PAYMENTS = 7
REFUNDED = {2: 5000, 4: 1200}


def post(base, path, fields):
    body = urllib.parse.urlencode(fields).encode()
    request = urllib.request.Request(base + path, body, {"Authorization": KEY})
    with urllib.request.urlopen(request, timeout=30) as answer:
        return json.load(answer)


def wait_for(port, server):
    while True:
        if server.poll() is not None:
            sys.exit(f"localstripe ended with {server.returncode}")
        try:
            return socket.create_connection(("127.0.0.1", port), timeout=1).close()
        except OSError:
            time.sleep(0.05)


def fill(base):
    payments, refunds = [], []
    for n in range(PAYMENTS):
        card = {"type": "card", "card[number]": "4242424242424242", "card[exp_month]": 12, "card[exp_year]": 2040, "card[cvc]": 123}
        method = post(base, "/v1/payment_methods", card)["id"]
        intent = {"amount": 5000, "currency": "usd", "payment_method": method, "confirm": "true"}
        payments.append(post(base, "/v1/payment_intents", intent))
        if n in REFUNDED:
            charge = payments[-1]["charges"]["data"][0]["id"]
            refunds.append(post(base, "/v1/refunds", {"charge": charge, "amount": REFUNDED[n]})["id"])
    return {"payments": [p["id"] for p in payments], "refunds": refunds}


with socket.socket() as probe:
    probe.bind(("127.0.0.1", 0))
    port = probe.getsockname()[1]
server = subprocess.Popen([sys.executable, "-m", "localstripe", "--from-scratch", "--port", str(port)], stdout=sys.stderr, stderr=subprocess.DEVNULL)
try:
    wait_for(port, server)
    base = f"http://127.0.0.1:{port}"
    print(json.dumps({"base": base, **fill(base)}), flush=True)
    sys.stdin.read()
finally:
    server.kill()
