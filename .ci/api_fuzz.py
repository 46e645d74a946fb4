"""Fills a server with one of everything, then lets schemathesis call it.

    api_fuzz.py SCHEMATHESIS SECONDS

Finds the server by what .ci/beside-server sets.
"""

import json
import os
import pathlib
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request

import schemathesis

API = os.environ["SCIM_HRIS_API_URL"]
KEY = os.environ["SCIM_HRIS_API_KEY"]
CONSUMER = os.environ["SCIM_HRIS_CONSUMER_ID"]
CORE = "urn:ietf:params:scim:schemas:core:2.0:"
ENTERPRISE = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User"


@schemathesis.hook
def filter_case(_, case):
    """The calls' own key and customer stay, else every later answer were 401."""
    kept = {"deleteKey": os.environ.get("KEPT_KEY"), "deleteConsumer": CONSUMER}
    identifier = case.operation.definition.raw.get("operationId")
    return identifier not in kept or kept[identifier] not in (case.path_parameters or {}).values()


def call(method, url, body=None, token=None):
    request = urllib.request.Request(url, method=method)
    if body is not None:
        request.data = json.dumps(body).encode()
        request.add_header("content-type", "application/json")
    if token:
        request.add_header("authorization", f"Bearer {token}")
    with urllib.request.urlopen(request) as answer:
        text = answer.read()
    return json.loads(text) if text else None


def token(scope):
    body = {"apiKey": KEY, "scope": scope}
    if scope == "consumer":
        body["consumerId"] = CONSUMER
    return call("POST", f"{API}/auth", body)["data"]["accessToken"]


def push():
    """People with a manager, and a group of them, as an identity provider sends them."""
    base, secret = os.environ["SCIM_HRIS_BASE_URL"], os.environ["SCIM_HRIS_TOKEN"]
    members = []
    for number in range(12):
        user = {
            "schemas": [CORE + "User", ENTERPRISE],
            "userName": f"person{number}@example.com",
            "name": {"givenName": "Person", "familyName": str(number)},
            "emails": [{"value": f"person{number}@example.com", "type": "work", "primary": True}],
            "active": number != 3,
            ENTERPRISE: {"department": "Law", "manager": {"value": "person0@example.com"}},
        }
        made = call("POST", f"{base}/Users", user, secret)
        members.append({"value": made["id"]})
    group = {"schemas": [CORE + "Group"], "displayName": "Law", "members": members}
    call("POST", f"{base}/Groups", group, secret)
    call("DELETE", f"{base}/Users/{members[5]['value']}", token=secret)


def entries(path, token):
    return call("GET", API + path, token=token)["data"]


def patiently(path, token):
    for _ in range(300):
        found = entries(path, token)
        if found:
            return found
        time.sleep(0.1)
    sys.exit(f"{path} stays empty")


def real_ids(application, consumer):
    """By what stands before the parameter in a path."""
    webhook = call("POST", f"{API}/webhooks", {"receiver": "inspector"}, application)["data"]["id"]
    # Nobody listens there, so every event of it becomes a dead letter.
    gone = {"deliveryUrl": "http://127.0.0.1:1/", "settings": {"retries": ["0s"]}}
    call("POST", f"{API}/webhooks", gone, application)
    push()
    spare = call("POST", f"{API}/consumers", {"name": "Spare"}, application)["data"]["id"]
    os.environ["KEPT_KEY"] = entries("/keys", application)[0]["id"]
    key = call("POST", f"{API}/keys", {}, application)["data"]["id"]
    deliveries = patiently(f"/webhooks/{webhook}/deliveries", application)
    connection = "/connections/hris/okta-scim"
    made = {
        name: [call("POST", f"{API}{connection}/{path}", {}, consumer)["data"]["id"] for _ in "123"]
        for name, path in [("tokens", "tokens"), ("setup-link", "setup-link")]
    }
    return {
        **made,
        "keys": [key],
        "consumers": [CONSUMER, spare],
        "webhooks": [webhook],
        "deliveries": [one["id"] for one in deliveries],
        "dead-letters": [one["name"] for one in patiently("/dead-letters", application)],
        "employees": [one["id"] for one in entries("/hris/employees", consumer)],
        "groups": [one["id"] for one in optional("/hris/groups", consumer)],
        "requests": [one["id"] for one in optional("/requests", application)],
    }


def optional(path, token):
    try:
        return entries(path, token)
    except urllib.error.HTTPError:
        return []


def quoted(value):
    return json.dumps(value)


def auth(scheme, body):
    payload = ", ".join(f"{name} = {quoted(value)}" for name, value in body.items())
    return f"""
[auth.dynamic.openapi.{scheme}]
path = "/auth"
payload = {{ {payload} }}
extract_selector = "/data/accessToken"
retry_on = [401]
"""


def configuration(ids, document):
    """Two calls of three are about something that is there."""
    text = f"hooks = {quoted(os.path.abspath(__file__))}\n"
    # A call may wait a minute for news; what is too long for a request's header is refused as that.
    text += "\n[checks]\nmax_response_time = 65\n"
    refusals = ["400", "401", "403", "404", "405", "406", "409", "415", "422", "428", "429", "431"]
    text += f"\n[checks.negative_data_rejection]\nexpected-statuses = {quoted(refusals)}\n"
    text += auth("application", {"apiKey": KEY, "scope": "application"})
    text += auth("consumer", {"apiKey": KEY, "scope": "consumer", "consumerId": CONSUMER})
    ids = {**ids, "universalApi": ["hris"], "serviceId": ["okta-scim", "scim"], "wait": [0, 1]}
    for name, values in ids.items():
        if values:
            text += f"\n[dictionaries.{name}]\nvalues = {quoted(values)}\n"
    for path, item in document["paths"].items():
        parts = path.split("/")
        for operation in item.values():
            rows = []
            if operation["operationId"] == "listEvents":
                # A call that waits a minute for news is a minute without calls.
                rows.append('"query.wait" = { dictionary = "wait", probability = 0.97 }')
            for before, part in zip(parts, parts[1:]):
                if not part.startswith("{"):
                    continue
                name = part[1:-1]
                source = name if name in ids else before
                if ids.get(source):
                    rows.append(
                        f'"path.{name}" = {{ dictionary = "{source}", probability = 0.66 }}')
            if rows:
                text += "\n[[operations]]\n"
                text += f"include-operation-id = {quoted(operation['operationId'])}\n"
                text += "[operations.parameters]\n" + "\n".join(rows) + "\n"
    return text


def main():
    program, seconds = sys.argv[1:]
    document = call("GET", f"{API}/openapi.json")
    ids = real_ids(token("application"), token("consumer"))
    # A customer that has a connection is not removed, whatever becomes of the other one.
    call("POST", f"{API}/connections/hris/entra-scim", {}, token("consumer"))
    with tempfile.TemporaryDirectory() as directory:
        config = pathlib.Path(directory) / "schemathesis.toml"
        config.write_text(configuration(ids, document))
        words = [program, "--config-file", str(config), "run", f"{API}/openapi.json"]
        words += ["--max-time", seconds, "--continue-on-failure", "--warnings", "off"]
        # What a schema cannot say (a cursor of this server, an id that exists) may be refused.
        words += ["--checks", "all", "--exclude-checks", "positive_data_acceptance"]
        words += ["--request-timeout", "70"] + os.environ.get("SCHEMATHESIS_OPTIONS", "").split()
        return subprocess.run(words, cwd=directory, check=False).returncode


if __name__ == "__main__":
    sys.exit(main())
