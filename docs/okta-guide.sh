#!/usr/bin/env bash
# The whole way from nothing to an employee in your application, in the order in which an Okta SCIM
# guide walks it: webhook, consumer, connection metadata, Okta app, verify delivery, first API call.
# Read it from top to bottom, or run it beside a server:
#
#   SCIM_HRIS_API=http://127.0.0.1:8080/api SCIM_HRIS_API_KEY=apikey_… docs/okta-guide.sh
#
# Every call is curl. Two things curl cannot do: be your application, which listens for events, so
# python3 stands in for it; and check who signed them, which openssl does. Answers are read by bash.
# The receiver listens on this machine, so the server must be allowed to reach it: start it with
# --allow-webhook-net 127.0.0.0/8. What is made here is taken away at the end.
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

# first PATTERN: what stands in the parentheses, where it first fits in $answer. Answers are JSON
# without spaces, and ids and words is all that is read here; your application parses them.
first() {
  [[ "$answer" =~ $1 ]] || { echo "no $1 in $answer" >&2; exit 1; }
  printf '%s\n' "${BASH_REMATCH[1]}"
}

# member NAME: the first one of that name.
member() { first "\"$1\":\"?([^\",}]*)"; }

# count TEXT: how often it stands in $answer.
count() { printf '%s\n' "$(($({ grep -o -F -- "$1" <<<"$answer" || true; } | wc -l)))"; }

# access SCOPE [CONSUMER]: exchanges the API key for an access token, which lasts an hour.
access() {
  local wanted="{\"apiKey\":\"$api_key\",\"scope\":\"$1\""
  [ $# -lt 2 ] || wanted+=",\"consumerId\":\"$2\""
  call 200 POST "$api/auth" "" "$wanted}"
  member accessToken
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
webhook="$(member id)"
secret="$(member signingSecret)"
echo "  $webhook is Enabled; its signing secret is shown this once"

# ---------------------------------------------------------------------------------------------
step "2. A consumer: the customer whose employees these will be"

call 201 POST "$api/consumers" "$token" \
  '{"name": "Guide customer", "externalId": "guide-'"$$-$RANDOM"'"}'
consumer="$(member id)"
echo "  $consumer"

# ---------------------------------------------------------------------------------------------
step "3. The connection's metadata: Base URL and API Token for Okta"

consumer_token="$(access consumer "$consumer")"
call 200 GET "$api/connections" "$consumer_token"
expect "$(first '"serviceId":"okta-scim",[^}]*"status":"([a-z]*)"')" available \
  "okta-scim stands under Available"
call 201 POST "$api/connections/hris/okta-scim" "$consumer_token" '{}'
base_url="$(member baseUrl)"
api_token="$(member apiToken)"
connection="$(member id)"
echo "  Base URL   $base_url"
echo "  API Token  ${api_token:0:12}…  shown this once"

# ---------------------------------------------------------------------------------------------
step "4. The Okta app: what Okta does with the two values"

# "Test API Credentials", then one person who is assigned to the app.
okta 200 GET '/Users?startIndex=1&count=2'
okta 200 GET '/Users?filter=userName%20eq%20%22bjensen%40example.com%22&startIndex=1&count=100'
expect "$(member totalResults)" 0 "nobody of that name yet"
okta 201 POST /Users '{
  "schemas": ["urn:ietf:params:scim:schemas:core:2.0:User",
    "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User"],
  "userName": "bjensen@example.com", "externalId": "00u1guide",
  "name": {"givenName": "Barbara", "familyName": "Jensen"},
  "emails": [{"primary": true, "value": "bjensen@example.com", "type": "work"}],
  "displayName": "Barbara Jensen", "title": "Engineer", "active": true,
  "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User": {"department": "Engineering"}
}'
user="$(member id)"
# Her department changes: Okta reads her, and puts her back changed.
okta 200 GET "/Users/$user"
okta 200 PUT "/Users/$user" "${answer/\"Engineering\"/\"Research\"}"

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
  expect "$(member id)" "$id" "the id of the event is the webhook-id"
  echo "  $(member type)  $id  signed"
}
wait_for event-1.headers event-2.headers
verify 1
expect "$(member type)" employee.created "the first event"
expect "$(member email)" bjensen@example.com "whose event it is"
employee="$(first '"id":"(emp_[^"]*)"')"
verify 2
expect "$(first '"changedFields":\[[^]]*"(departmentName)"')" departmentName "what changed"

# The server's side of it: the attempts, and the calls of Okta with what became of them.
for _ in $(seq 100); do
  call 200 GET "$api/webhooks/$webhook/deliveries?result=delivered" "$token"
  [ "$(count '"result":"delivered"')" = 2 ] && break
  sleep 0.1
done
expect "$(count '"status":204')" 2 "two attempts, both taken"
call 200 GET "$api/requests?connectionId=$connection" "$token"
expect "$(grep -o -E '"(method|outcome)":"[^"]*"' <<<"$answer" | cut -d '"' -f 4 | tr '\n' ' ')" \
  'PUT applied GET read POST applied GET read GET read ' "every call of Okta, the newest first"
put="$(first '"id":"(req_[^"]*)"')"
call 200 GET "$api/requests/$put" "$token"
echo "  $put: PUT -> $(first '"changedFields":\[([^]]*)\]') -> $(first '"type":"(employee\.[a-z]*)"')" \
  "$(first "\"webhookId\":\"$webhook\"[^}]*\"result\":\"([a-z]*)\"")"

# ---------------------------------------------------------------------------------------------
step "6. The first API call: the employees of this customer"

call 200 GET "$api/hris/employees" "$consumer_token"
expect "$(member itemsOnPage)" 1 "one employee"
expect "$(member id)" "$employee" "the one of the event"
expect "$(member departmentName)" Research "as Okta left her"
# One connection: no need to say which. With several, this header does.
status="$(curl -sS -o "$work/answer" -w '%{http_code}' -H "Authorization: Bearer $consumer_token" \
  -H 'x-uapi-service-id: okta-scim' "$api/hris/employees/$employee")"
answer="$(cat "$work/answer")"
expect "$status" 200 "$answer"
echo "  $employee  $(member displayName), $(member departmentName)"
printf '\nAll six steps done.\n'
