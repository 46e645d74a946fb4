#!/usr/bin/env bash
# The whole way from nothing to an employee in your application, with curl only, in the order in
# which an Okta SCIM guide walks it: webhook, consumer, connection metadata, Okta app, verify
# delivery, first API call. Read it from top to bottom, or run it beside a server:
#
#   SCIM_HRIS_API=http://127.0.0.1:8080/api SCIM_HRIS_API_KEY=apikey_… docs/okta-guide.sh
#
# Needs bash, curl and openssl, and python3 for the receiver that stands for your application and to
# read JSON. The receiver listens on this machine, so the server must be allowed to reach it: start
# it with --allow-webhook-net 127.0.0.0/8. What is made here is taken away at the end.
set -euo pipefail

api="${SCIM_HRIS_API:?the address of the API: http://127.0.0.1:8080/api}"
api_key="${SCIM_HRIS_API_KEY:?an API key of your application: apikey_…}"

work="$(mktemp -d)"
receiver=""
webhook="" consumer="" token="" consumer_token=""
finish() {
  trap - EXIT
  [ -z "$consumer_token" ] || curl -s -o "$work/answer" -X DELETE \
    -H "Authorization: Bearer $consumer_token" \
    "$api/connections/hris/okta-scim?employees=delete" || true
  [ -z "$consumer" ] || curl -s -o "$work/answer" -X DELETE \
    -H "Authorization: Bearer $token" "$api/consumers/$consumer" || true
  [ -z "$webhook" ] || curl -s -o "$work/answer" -X DELETE \
    -H "Authorization: Bearer $token" "$api/webhooks/$webhook" || true
  [ -z "$receiver" ] || kill "$receiver" 2>/dev/null || true
  rm -r "$work"
}
trap finish EXIT

step() { printf '\n%s\n' "$1"; }

# call STATUS METHOD URL TOKEN [BODY]: one request to the API; its JSON is in $answer.
call() {
  local wanted="$1" method="$2" url="$3" bearer="$4" status
  local arguments=(-sS -X "$method" -o "$work/answer" -w '%{http_code}')
  [ -z "$bearer" ] || arguments+=(-H "Authorization: Bearer $bearer")
  [ $# -lt 5 ] || arguments+=(-H 'Content-Type: application/json' --data "$5")
  status="$(curl "${arguments[@]}" "$url")"
  answer="$(cat "$work/answer")"
  expect "$status" "$wanted" "$method ${url#"$api"}: $answer"
}

# okta STATUS METHOD PATH [BODY]: one request as Okta sends it.
okta() {
  local wanted="$1" method="$2" path="$3" status
  local arguments=(-sS -X "$method" -o "$work/answer" -w '%{http_code}'
    -A 'Okta SCIM Client 1.0.0' -H "Authorization: $api_token"
    -H 'Accept: application/scim+json')
  [ $# -lt 4 ] || arguments+=(-H 'Content-Type: application/scim+json; charset=utf-8' --data "$4")
  status="$(curl "${arguments[@]}" "$base_url$path")"
  answer="$(cat "$work/answer")"
  expect "$status" "$wanted" "$method $path: $answer"
  echo "  Okta: $method $path -> $status"
}

expect() {
  [ "$1" = "$2" ] && return
  echo "expected $2, got $1: $3" >&2
  exit 1
}

# get EXPRESSION: a value of $answer, which Python sees as `answer`.
get() {
  ANSWER="$answer" python3 -c '
import json, os, sys
answer = json.loads(os.environ["ANSWER"])
value = eval(sys.argv[1])
print(json.dumps(value) if isinstance(value, (bool, list, dict)) or value is None else value)' "$1"
}

# access SCOPE [CONSUMER]: exchanges the API key for an access token, which lasts an hour.
access() {
  local wanted="{\"apiKey\":\"$api_key\",\"scope\":\"$1\""
  [ $# -lt 2 ] || wanted+=",\"consumerId\":\"$2\""
  call 200 POST "$api/auth" "" "$wanted}"
  get 'answer["data"]["accessToken"]'
}

# ---------------------------------------------------------------------------------------------
step "1. A webhook: where your application wants to hear of employees"

# Your application. It stores what arrives, raw, and answers 204.
cat >"$work/receiver.py" <<'PYTHON'
import http.server, os, sys

class Receiver(http.server.BaseHTTPRequestHandler):
    count = 0

    def do_POST(self):
        body = self.rfile.read(int(self.headers["content-length"]))
        Receiver.count += 1
        path = os.path.join(sys.argv[1], f"event-{Receiver.count}")
        open(path + ".body", "wb").write(body)
        names = ("webhook-id", "webhook-timestamp", "webhook-signature")
        open(path + ".part", "w").write("\n".join(self.headers[n] for n in names) + "\n")
        os.rename(path + ".part", path + ".headers")
        self.send_response(204)
        self.end_headers()

    def log_message(self, *_): pass

server = http.server.HTTPServer(("127.0.0.1", 0), Receiver)
open(os.path.join(sys.argv[1], "port.part"), "w").write(str(server.server_port))
os.rename(os.path.join(sys.argv[1], "port.part"), os.path.join(sys.argv[1], "port"))
server.serve_forever()
PYTHON
python3 "$work/receiver.py" "$work" &
receiver=$!
# wait_for FILE…: until all of them are there.
wait_for() {
  local file
  for file in "$@"; do
    for _ in $(seq 300); do
      [ -e "$work/$file" ] && continue 2
      sleep 0.1
    done
    echo "waited in vain for $file" >&2
    exit 1
  done
}
wait_for port

token="$(access application)"
call 201 POST "$api/webhooks" "$token" '{
  "unifiedApi": "hris",
  "deliveryUrl": "http://127.0.0.1:'"$(cat "$work/port")"'/hooks",
  "status": "Enabled",
  "events": ["employee.created", "employee.updated"]
}'
webhook="$(get 'answer["data"]["id"]')"
secret="$(get 'answer["data"]["signingSecret"]')"
echo "  $webhook is Enabled; its signing secret is shown this once"

# ---------------------------------------------------------------------------------------------
step "2. A consumer: the customer whose employees these will be"

call 201 POST "$api/consumers" "$token" \
  '{"name": "Guide customer", "externalId": "guide-'"$$-$RANDOM"'"}'
consumer="$(get 'answer["data"]["id"]')"
echo "  $consumer"

# ---------------------------------------------------------------------------------------------
step "3. The connection's metadata: Base URL and API Token for Okta"

consumer_token="$(access consumer "$consumer")"
call 200 GET "$api/connections" "$consumer_token"
expect "$(get '[c["status"] for c in answer["data"] if c["serviceId"] == "okta-scim"][0]')" \
  available "okta-scim stands under Available"
call 201 POST "$api/connections/hris/okta-scim" "$consumer_token" '{}'
base_url="$(get 'answer["data"]["metadata"]["baseUrl"]')"
api_token="$(get 'answer["data"]["metadata"]["apiToken"]')"
connection="$(get 'answer["data"]["id"]')"
echo "  Base URL   $base_url"
echo "  API Token  ${api_token:0:12}…  shown this once"

# ---------------------------------------------------------------------------------------------
step "4. The Okta app: what Okta does with the two values"

# "Test API Credentials", then one person who is assigned to the app.
okta 200 GET '/Users?startIndex=1&count=2'
okta 200 GET '/Users?filter=userName%20eq%20%22bjensen%40example.com%22&startIndex=1&count=100'
expect "$(get 'answer["totalResults"]')" 0 "nobody of that name yet"
okta 201 POST /Users '{
  "schemas": ["urn:ietf:params:scim:schemas:core:2.0:User",
    "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User"],
  "userName": "bjensen@example.com", "externalId": "00u1guide",
  "name": {"givenName": "Barbara", "familyName": "Jensen"},
  "emails": [{"primary": true, "value": "bjensen@example.com", "type": "work"}],
  "displayName": "Barbara Jensen", "title": "Engineer", "active": true,
  "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User": {"department": "Engineering"}
}'
user="$(get 'answer["id"]')"
# Her department changes: Okta reads her, and puts her back changed.
okta 200 GET "/Users/$user"
changed="$(get '{**answer, "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User":
  {"department": "Research"}}')"
okta 200 PUT "/Users/$user" "$changed"

# ---------------------------------------------------------------------------------------------
step "5. Verify the delivery: what arrived, and who signed it"

# verify NUMBER: checks one arrival as docs/RECEIVING.md says, over the raw bytes.
verify() {
  local id stamp signatures key wanted now
  { read -r id && read -r stamp && read -r signatures; } <"$work/event-$1.headers"
  now="$(date +%s)"
  [ $((now - stamp)) -lt 300 ] || { echo "event $1 is old" >&2; exit 1; }
  key="$(printf '%s' "${secret#whsec_}" | openssl base64 -d -A | od -An -v -tx1 | tr -d ' \n')"
  wanted="v1,$({ printf '%s.%s.' "$id" "$stamp" && cat "$work/event-$1.body"; } |
    openssl dgst -sha256 -mac HMAC -macopt "hexkey:$key" -binary | openssl base64 -A)"
  case " $signatures " in
    *" $wanted "*) ;;
    *) echo "event $1 has a wrong signature" >&2; exit 1 ;;
  esac
  answer="$(cat "$work/event-$1.body")"
  expect "$(get 'answer["id"]')" "$id" "the id of the event is the webhook-id"
  echo "  $(get 'answer["type"]')  $id  signed"
}
wait_for event-1.headers event-2.headers
verify 1
expect "$(get 'answer["type"]')" employee.created "the first event"
expect "$(get 'answer["data"]["email"]')" bjensen@example.com "whose event it is"
employee="$(get 'answer["data"]["id"]')"
verify 2
expect "$(get '"departmentName" in answer["changedFields"]')" true "what changed"

# The server's side of it: the attempts, and the calls of Okta with what became of them.
for _ in $(seq 100); do
  call 200 GET "$api/webhooks/$webhook/deliveries?result=delivered" "$token"
  [ "$(get 'len(answer["data"])')" = 2 ] && break
  sleep 0.1
done
expect "$(get '[d["status"] for d in answer["data"]]')" "[204, 204]" "two attempts, both taken"
call 200 GET "$api/requests?connectionId=$connection" "$token"
expect "$(get '[(r["method"], r["outcome"]) for r in answer["data"]]')" \
  '[["PUT", "applied"], ["GET", "read"], ["POST", "applied"], ["GET", "read"], ["GET", "read"]]' \
  "every call of Okta, the newest first"
put="$(get 'answer["data"][0]["id"]')"
call 200 GET "$api/requests/$put" "$token"
echo "  $put: $(get '" ".join(["PUT ->"] + answer["data"]["changedFields"] + ["->"] +
  [e["type"] + " " + d["result"] for e in answer["data"]["events"] for d in e["deliveries"]
    if d["webhookId"] == "'"$webhook"'"])')"

# ---------------------------------------------------------------------------------------------
step "6. The first API call: the employees of this customer"

call 200 GET "$api/hris/employees" "$consumer_token"
expect "$(get 'len(answer["data"])')" 1 "one employee"
expect "$(get 'answer["data"][0]["id"]')" "$employee" "the one of the event"
expect "$(get 'answer["data"][0]["departmentName"]')" Research "as Okta left her"
# One connection: no need to say which. With several, this header does.
status="$(curl -sS -o "$work/answer" -w '%{http_code}' -H "Authorization: Bearer $consumer_token" \
  -H 'x-uapi-service-id: okta-scim' "$api/hris/employees/$employee")"
answer="$(cat "$work/answer")"
expect "$status" 200 "$answer"
echo "  $employee  $(get 'answer["data"]["displayName"]'), $(get 'answer["data"]["departmentName"]')"
printf '\nAll six steps done.\n'
