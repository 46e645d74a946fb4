"""Real deliveries of a real server, verified by the libraries people use (see .ci/signatures).

A server on a temporary spool delivers to a receiver here. Every delivery must verify with the secret
the API gave; not with a byte changed, with another secret, or with a timestamp that is minutes off.
Then the libraries sign and `scim-hris receive` verifies. The README's receivers judge the same.
"""

import base64
import datetime
import http.server
import json
import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import time
import urllib.error
import urllib.request

import standardwebhooks
import svix.webhooks

BINARY = os.path.abspath(sys.argv[1])
CLEAN = {name: value for name, value in os.environ.items() if not name.startswith("SCIM_HRIS_")}
PEOPLE = 8
PATIENCE = 30  # seconds
LIBRARIES = {"standardwebhooks": standardwebhooks.Webhook, "svix": svix.webhooks.Webhook}
OTHER_SECRET = "whsec_" + base64.b64encode(bytes(range(24))).decode()


class Receiver(http.server.BaseHTTPRequestHandler):
    """Keeps head and raw body of whatever arrives."""

    protocol_version = "HTTP/1.1"

    def do_POST(self):
        body = self.rfile.read(int(self.headers["content-length"]))
        self.server.deliveries.append((dict(self.headers.items()), body))
        self.send_response(204)
        self.end_headers()

    def log_message(self, *_):
        pass


def wait_until(condition, what):
    deadline = time.monotonic() + PATIENCE
    while not condition():
        if time.monotonic() > deadline:
            sys.exit(f"waited {PATIENCE} s in vain for {what}")
        time.sleep(0.02)


def quiet(server):
    """What arrived, once nothing has for a second."""
    wait_until(lambda: len(server.deliveries) >= PEOPLE, "deliveries")
    count = 0
    while count < len(server.deliveries):
        count = len(server.deliveries)
        time.sleep(1)
    return list(server.deliveries)


def call(method, url, body=None, token=None):
    request = urllib.request.Request(url, method=method)
    request.add_header("Content-Type", "application/json")
    if token:
        request.add_header("Authorization", "Bearer " + token)
    data = None if body is None else json.dumps(body).encode()
    with urllib.request.urlopen(request, data, timeout=PATIENCE) as answer:
        return json.load(answer)["data"]


def accepts(library, secret, headers, body):
    try:
        LIBRARIES[library](secret).verify(body, headers)
        return True
    except standardwebhooks.WebhookVerificationError:
        return False


def expect(truth, what):
    if not truth:
        sys.exit("NOT SO: " + what)
    expect.count += 1


expect.count = 0


def signed(library, secret, headers, body, minutes):
    """The same delivery as if it had been signed that many minutes from now."""
    when = datetime.datetime.now(datetime.timezone.utc).replace(microsecond=0)
    when += datetime.timedelta(minutes=minutes)
    id = headers["webhook-id"]
    signature = LIBRARIES[library](secret).sign(id, when, body.decode())
    stamp = str(int(when.timestamp()))
    return headers | {"webhook-timestamp": stamp, "webhook-signature": signature}


def check(deliveries, secret):
    """Every delivery, with each library."""
    for library in LIBRARIES:
        for head, body in deliveries:
            headers = {name.lower(): value for name, value in head.items()}
            what = f"{library}, {headers['webhook-id']}"
            expect(accepts(library, secret, headers, body), what + " verifies")
            expect(json.loads(body)["id"] == headers["webhook-id"], what + " carries its id")
            for place in (0, len(body) // 2, len(body) - 1):
                changed = body[:place] + bytes([body[place] ^ 1]) + body[place + 1 :]
                expect(
                    not accepts(library, secret, headers, changed),
                    f"{what}, byte {place} changed, is refused",
                )
            expect(not accepts(library, OTHER_SECRET, headers, body), what + ", other secret")
            for field in ("webhook-id", "webhook-timestamp", "webhook-signature"):
                rest = {name: value for name, value in headers.items() if name != field}
                expect(not accepts(library, secret, rest, body), f"{what} without {field}")
            later = headers | {"webhook-timestamp": str(int(headers["webhook-timestamp"]) + 1)}
            expect(not accepts(library, secret, later, body), what + ", timestamp changed")
            for minutes in (-6, 6):
                off = signed(library, secret, headers, body, minutes)
                expect(not accepts(library, secret, off, body), f"{what}, {minutes} min off")
            now = signed(library, secret, headers, body, 0)
            expect(accepts(library, secret, now, body), what + ", signed by the library")


def check_readme(deliveries, secret):
    """The receivers the documents show, on one delivery whole and the same with a byte changed."""
    head, body = deliveries[0]
    headers = {name.lower(): value for name, value in head.items()}
    changed = bytes([body[0] ^ 1]) + body[1:]
    os.environ["WEBHOOK_SECRET"] = secret
    for path in ("docs/RECEIVING.md", "README.md"):
        page = open(path, encoding="utf-8").read()
        python = re.search(r"```python\n(.*?)```", page, re.S).group(1)
        names = {"__name__": "receiver"}
        exec(compile(python, path, "exec"), names)
        expect(names["is_genuine"](headers, body), path + " takes it in Python")
        expect(not names["is_genuine"](headers, changed), "and not with a byte changed")
        nonsense = headers | {"webhook-signature": "v1"}
        expect(not names["is_genuine"](nonsense, body), path + " takes no half signature")
    if not shutil.which("node"):
        print("no node on this machine: the README's Node receiver is left out")
        return
    node = re.search(r"```js\n(.*?)```", page, re.S).group(1).split("\nconst seen")[0]
    node += """
      const { headers, bodies } = JSON.parse(process.argv[1]);
      console.log(bodies.map((body) => isGenuine(headers, Buffer.from(body, "base64"))).join());
    """
    bodies = [base64.b64encode(one).decode() for one in (body, changed)]
    words = ["node", "--input-type=module", "-e", node.replace("export ", ""), "--"]
    words.append(json.dumps({"headers": headers, "bodies": bodies}))
    answer = subprocess.run(
        words, env=CLEAN | {"WEBHOOK_SECRET": secret}, capture_output=True, text=True, timeout=20
    )
    expect(answer.stdout.strip() == "true,false", "the README's Node receiver: " + str(answer))


def check_receive(deliveries, secret, children):
    """`scim-hris receive` verifies what the libraries sign."""
    receiver = subprocess.Popen(
        [BINARY, "receive", "--port", "0", "--count", "8"], stdout=subprocess.PIPE, text=True,
        env=CLEAN | {"SCIM_HRIS_SIGNING_SECRET": secret},
    )  # fmt: skip
    children.append(receiver)
    url = receiver.stdout.readline().split()[2]

    def send(headers, body):
        request = urllib.request.Request(url, body, headers, method="POST")
        try:
            return urllib.request.urlopen(request, timeout=PATIENCE).status
        except urllib.error.HTTPError as error:
            return error.code

    head, body = deliveries[0]
    plain = {name.lower(): head[name] for name in head if name.lower().startswith("webhook-")}
    for library in LIBRARIES:
        now = signed(library, secret, plain, body, 0)
        expect(send(now, body) == 204, f"receive takes what {library} signed")
        expect(send(now, body + b" ") == 401, "receive refuses a byte more")
        old = signed(library, secret, plain, body, -6)
        expect(send(old, body) == 401, "receive refuses what is six minutes old")
        other = signed(library, OTHER_SECRET, plain, body, 0)
        expect(send(other, body) == 401, "receive refuses another secret")
    expect(receiver.wait(PATIENCE) == 1, "receive ends with 1 as some were refused")
    print(receiver.stdout.read(), end="")


def simulate(made, seed):
    words = ["simulate", "okta", "--users", str(PEOPLE), "--seed", str(seed), "--into-live"]
    environment = CLEAN | {
        "SCIM_HRIS_BASE_URL": made["baseUrl"], "SCIM_HRIS_TOKEN": made["apiToken"],
    }  # fmt: skip
    subprocess.run(
        [BINARY, *words], env=environment, check=True, timeout=PATIENCE, stdout=subprocess.DEVNULL
    )


def run(directory, server, children):
    credentials = os.path.join(directory, "credentials.json")
    words = ["serve", "--spool", os.path.join(directory, "spool"), "--listen", "127.0.0.1:0"]
    words += ["--credentials", credentials, "--allow-webhook-net", "127.0.0.0/8"]
    with open(os.path.join(directory, "log"), "w", encoding="utf-8") as log:
        child = subprocess.Popen([BINARY, *words], env=CLEAN, stdout=log, stderr=log)
    children.append(child)
    wait_until(lambda: os.path.exists(credentials) or child.poll() is not None, "the server")
    made = json.load(open(credentials, encoding="utf-8"))
    api = made["apiUrl"]
    scope = {"apiKey": made["apiKey"], "scope": "application"}
    token = call("POST", api + "/auth", scope)["accessToken"]
    url = f"http://127.0.0.1:{server.server_port}/hooks"
    webhook = call("POST", api + "/webhooks", {"deliveryUrl": url}, token)
    secret = webhook["signingSecret"]

    simulate(made, seed=1)
    first = quiet(server)
    check(first, secret)
    check_readme(first, secret)
    print(f"{len(first)} deliveries verified by {', '.join(LIBRARIES)} and the README's receivers")

    rotated = call("POST", f"{api}/webhooks/{webhook['id']}/secret", {}, token)["signingSecret"]
    expect(rotated != secret, "a rotated secret is another one")
    simulate(made, seed=2)
    second = quiet(server)[len(first) :]
    expect(len(second) >= PEOPLE, "deliveries go on after a rotation")
    for head, _ in second:
        expect(len(head["webhook-signature"].split()) == 2, "two signatures during a rotation")
    check(second, secret)
    check(second, rotated)
    print(f"{len(second)} deliveries with two signatures verified with the old and the new secret")
    check_receive(second, rotated, children)


def main():
    # Whoever ends this early ends what it started, too.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit("told to end"))
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Receiver)
    server.daemon_threads = True
    server.deliveries = []
    threading.Thread(target=server.serve_forever, daemon=True).start()
    children = []
    directory = tempfile.mkdtemp(prefix="scim-hris-signatures-")
    try:
        run(directory, server, children)
    finally:
        for child in children:
            if child.poll() is None:
                child.send_signal(signal.SIGTERM)
            try:
                child.wait(15)
            except subprocess.TimeoutExpired:
                child.kill()
        shutil.rmtree(directory)
    print(f"{expect.count} expectations held")


main()
