#!/usr/bin/env python3
"""Loses the machine in the middle of provisioning and does what `restore` prints.

  lost_vm.py                          three losses: among people, their changes, their groups
  lost_vm.py --runs 1 --seed 7        one, the same each time but for timing

A server on a temporary spool, a receiver by the README's rules, `backup --follow` beside it, and
`simulate okta`. Then server and follower die, the spool is gone, and the copy has to do. Ends with
0 only when the receiver knows exactly whom the restored server lists, with the same content.
"""
import argparse
import base64
import json
import os
import random
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time

CRASH = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, CRASH)
import spool_reader  # noqa: E402
import spool_state  # noqa: E402
from lab.application import Application  # noqa: E402
from lab.bench import EVENTS  # noqa: E402
from lab.loop import Client, Loop  # noqa: E402
from lab.server import Control, Refused, Server  # noqa: E402
from lab.workload import PATCH  # noqa: E402

# moment -> the events that tell of it
MOMENTS = {"people": "employee.created", "changes": "employee.updated", "groups": "group.created"}
TAKEN_BACK = 4                          # people changed for a second before the loss
LOST_AT_LEAST = 3                       # deliveries since the follower's last round
WITHIN = 120
QUIET = 1_000_000_000                   # without a delivery: nanoseconds


class Loss:
    """One machine, lost once."""

    def __init__(self, options, moment, seed):
        self.options, self.moment, self.seed = options, moment, seed
        self.chance = random.Random(seed)
        self.directory = tempfile.mkdtemp(prefix="lost-vm-", dir=options.work)
        self.loop = Loop()
        self.application = Application(self.loop)
        self.control = Control(self.path("control"))
        self.children = []
        self.faults = []
        self.row = {"moment": moment, "groups by": "", "known before": 0, "events lost": 0,
                    "linked": 0}
        self.seen_at_round = self.rounds = 0
        with socket.create_server(("127.0.0.1", 0)) as free:
            self.port = free.getsockname()[1]

    def path(self, name):
        return os.path.join(self.directory, name)

    def check(self, holds, text):
        if not holds:
            self.faults.append(text)
        return holds

    # -- processes

    def server_on(self, spool, made=None):
        server = Server(self.loop, self.options.binary, spool, self.control, made)
        server.FLAGS = (*Server.FLAGS[:-1], f"127.0.0.1:{self.port}")
        return server

    def spawn(self, *words, output=subprocess.PIPE, **secrets):
        environment = {name: value for name, value in os.environ.items()
                       if not name.startswith("SCIM_HRIS_")}
        child = subprocess.Popen(
            [self.options.binary, *words], env=environment | secrets, stdin=subprocess.DEVNULL,
            stdout=output, stderr=subprocess.STDOUT)
        self.children.append(child)
        return child

    def tool(self, *words, **secrets):
        """Exit code and output of a command; the receiver goes on answering meanwhile."""
        with open(self.path("output"), "w+b") as output:
            child = self.spawn(*words, output=output, **secrets)
            self.loop.run(lambda: child.poll() is not None, WITHIN)
            output.seek(0)
            return child.poll(), output.read().decode("utf-8", "replace")

    def okta_words(self, *more):
        return ("simulate", "okta", "--users", str(self.options.users), "--seed", str(self.seed),
                "--groups", str(self.options.groups), "--base-url", self.made["baseUrl"], *more)

    # -- the way there

    def run(self):
        try:
            self.provision_and_lose()
            self.restore()
            self.do_what_it_printed()
            self.compare()
            self.push_once_more()
        except (Refused, ConnectionError, OSError, KeyError, IndexError) as error:
            self.faults.append(f"it ended early: {error!r}")
        finally:
            self.end()
        self.faults += self.application.faults
        self.row["faults"] = len(self.faults)
        return self.row

    def provision_and_lose(self):
        server = self.server_before = self.server_on(self.path("spool"))
        server.start(credentials=self.path("credentials.json"))
        self.made = server.made
        owner = server.owner()
        answer = owner.call("POST", "/webhooks", {
            "deliveryUrl": self.application.url, "events": EVENTS, "allowLocal": True}).json
        owner.end()
        self._choose_who_tells_of_groups()
        made = answer["data"]
        self.webhook = made["id"]
        self.application.key = base64.b64decode(made["signingSecret"].removeprefix("whsec_"))
        follower = self.spawn("backup", "--follow", self.path("copy"), "--every", "1s", "--json",
                              "--spool", server.spool)
        os.set_blocking(follower.stdout.fileno(), False)
        self.loop.add(follower.stdout, lambda: self._note_round(follower.stdout))
        self.loop.run(lambda: self.rounds, WITHIN)
        okta = self.spawn(*self.okta_words("--rate", str(self.options.rate)),
                          output=subprocess.DEVNULL, SCIM_HRIS_TOKEN=self.made["apiToken"])
        self._wait_for_the_moment(okta)
        self.check(okta.poll() is None, "the identity provider had finished before the loss")
        follower.send_signal(signal.SIGKILL)
        server.kill()
        shutil.rmtree(server.spool)
        self.loop.remove(follower.stdout)
        follower.wait()
        self.loop.run(lambda: okta.poll() is not None, WITHIN)
        self.loop.drain()
        self.row["known before"] = len(self.application.people)

    def _choose_who_tells_of_groups(self):
        """Events of groups always do; those of employees where the connection is set so."""
        self.is_in_employees = self.chance.random() < 0.5
        self.row["groups by"] = "employee" if self.is_in_employees else "group"
        client = self.consumer()
        answer = client.call("PATCH", "/connections/hris/okta-scim", {
            "settings": {"membershipUpdatesEmployees": self.is_in_employees}})
        client.end()
        self.check(answer.status == 200, f"the setting was answered {answer.status}")

    def _note_round(self, output):
        if output.read():
            self.rounds += 1
            self.seen_at_round = len(self.application.receipts)

    def _wait_for_the_moment(self, okta):
        size = self.options.groups if self.moment == "groups" else self.options.users
        share = self.chance.uniform(0.1, 0.7 if self.moment == "people" else 0.25)
        kind, goal = MOMENTS[self.moment], max(2, int(size * share))
        seen = self.application

        def until(holds):
            self.loop.run(lambda: okta.poll() is not None or holds(), WITHIN)

        until(lambda: seen.types[kind] >= goal)
        people, rounds = list(seen.people)[:TAKEN_BACK], self.rounds
        until(lambda: self.rounds > rounds)
        self._change_what_is_taken_back(people)
        until(lambda: len(seen.receipts) - self.seen_at_round >= LOST_AT_LEAST)
        pause = time.monotonic() + self.chance.random() * 0.2
        self.loop.run(lambda: time.monotonic() > pause, 1)

    def _change_what_is_taken_back(self, people):
        """Of these the receiver hears and the copy does not, nor does the identity provider say it
        again: only a snapshot can put them right."""
        scim, seen = self.server_before.scim(), self.application
        for identity in people:
            scim.call("PATCH", "/Users/" + seen.people[identity][2]["remoteId"], {
                "schemas": [PATCH],
                "Operations": [{"op": "replace", "path": "title", "value": "For a second"}]})
        scim.end()
        self.loop.run(lambda: all(seen.people[identity][2]["jobTitle"] == "For a second"
                                  for identity in people), 0.5)

    # -- the way back

    def restore(self):
        self.target = self.path("restored")
        code, self.printed = self.tool("restore", self.path("copy"), "--to", self.target)
        print(f"-- lost among {self.moment}, seed {self.seed}\n{self.printed}", flush=True)
        self.check(code == 0, f"restore ended with {code}")
        spool = spool_reader.Spool(self.target)
        before = spool_state.newest(spool.snapshots)
        events = [json.loads(event) for _, event in spool.fold(collect=True).events]
        self.held = max([owner["sequence"] for owner in before.owners.values()] if before else [0])
        self.held = max([self.held, *(event["sequence"] for event in events)])
        told = self.application.sequences.get(1, {})
        self.row["events lost"] = sum(sequence > self.held for sequence in told)
        self.check("   epoch 2, " in self.printed, "the epoch did not rise by one")

    def do_what_it_printed(self):
        lines = self.printed.splitlines()
        self.check(f"1. Start the server: scim-hris --spool {self.target}" in lines,
                   "step 1 is not printed")
        self.server = self.server_on(self.target, self.made)
        self.server.start()
        self.check("2. Have everybody pushed again:" in lines, "step 2 is not printed")
        self.push()
        self.settle()
        listed = {person["id"]: person for person in self.listed()}
        self.row["stale"] = sum(bool(self.differing(mine, listed[identity])) for identity, (
            _, _, mine) in self.application.people.items() if identity in listed)
        commands = [line.split() for line in lines if " webhook replay " in line]
        self.check(self.webhook in [word for words in commands for word in words],
                   "the webhook is not in step 3")
        for words in commands:
            code, text = self.tool(*words[1:], "--spool", self.target)
            self.check(code == 0, f"{' '.join(words)} ended with {code}: {text}")
        self.settle()
        is_told = "4. Let each receiver drop whom it knows from epochs below 2 only" in self.printed
        if self.check(is_told, "step 4 is not printed"):
            self.drop_strangers()

    def push(self):
        token = self.made["apiToken"]
        code, text = self.tool(*self.okta_words(), SCIM_HRIS_TOKEN=token)
        if " 409  There is a group of this name already: link to that group" in text:
            self.link_groups()
            code, text = self.tool(*self.okta_words(), SCIM_HRIS_TOKEN=token)
        self.check(code == 0, f"the push ended with {code}: {text}")

    def link_groups(self):
        """What an admin does about that answer. Okta knows which group it made; the simulator looks
        by the final name for a group that was lost between its creation and its renaming."""
        scim = self.server.scim()
        found = scim.call("GET", "/Groups?count=1000&excludedAttributes=members").json["Resources"]
        names = {group["displayName"] for group in found}
        for group in found:
            name = group["displayName"].removeprefix("New ")
            if name not in names:
                answer = scim.call("PATCH", "/Groups/" + group["id"], {
                    "schemas": [PATCH],
                    "Operations": [{"op": "replace", "value": {"displayName": name}}]})
                self.row["linked"] += answer.status in (200, 204)
        scim.end()

    def settle(self):
        """Until nothing is owed to the receiver."""
        owner = self.server.owner()

        def is_idle():
            status = owner.call("GET", "/status").json["data"]
            return status["webhooks"] and status["eventsWaiting"] == 0 and (
                time.monotonic_ns() - max(begun, self.application.newest_time) > QUIET)

        begun = time.monotonic_ns()
        self.check(self.loop.run(is_idle, WITHIN), "deliveries never came to an end")
        owner.end()

    def drop_strangers(self):
        listed = {person["id"]: person for person in self.listed()}
        names = {person["username"]: person["id"] for person in listed.values()}
        people = self.application.people
        strangers = [people.pop(identity) for identity in people.keys() - listed.keys()
                     if people[identity][0] < 2]
        for _, _, person in strangers:
            self.check(person["username"] in names, f"{person['id']} was not pushed again")
        known = {group["id"] for person in listed.values() for group in person["groups"]}
        groups = self.application.members
        gone = [groups.pop(identity) for identity in groups.keys() - known
                if self.application.newest[identity][0] < 2]
        self.row["came again"] = f"{len(strangers)}+{len(gone)}"
        self.row["members"] = 0
        for identity, inside in groups.items():
            belong = {person["id"] for person in listed.values()
                      if any(group["id"] == identity for group in person["groups"])}
            self.row["members"] += len((inside & listed.keys()) ^ belong)
            groups[identity] = belong

    def consumer(self):
        """The application's server, reading for its customer."""
        address = ("127.0.0.1", self.port)
        stranger = Client(self.loop, address, "/api")
        token = stranger.call("POST", "/auth", {
            "apiKey": self.made["apiKey"], "scope": "consumer",
            "consumerId": self.made["consumerId"]}).json["data"]["accessToken"]
        stranger.end()
        client = Client(self.loop, address, "/api", token)
        client.head = client.head.replace("scim+json", "json")
        return client

    def listed(self):
        client = self.consumer()
        found, cursor = [], ""
        while cursor is not None:
            page = client.call("GET", "/hris/employees?includeDeleted=true&limit=50" + cursor).json
            found += page["data"]
            following = page["meta"]["next"]
            cursor = following and f"&cursor={following}"
        client.end()
        return found

    # -- judging

    def compare(self):
        listed = {person["id"]: person for person in self.listed()}
        people = self.application.people
        self.row["listed"] = len(listed)
        self.check(len(listed) == self.options.users, f"{len(listed)} people are listed")
        for identity in listed.keys() - people.keys():
            self.check(False, f"{identity} is not at the receiver")
        for identity in people.keys() - listed.keys():
            self.check(False, f"{identity} is only at the receiver")
        self.row["same"] = 0
        for identity in listed.keys() & people.keys():
            mine, theirs = people[identity][2], listed[identity]
            # A group's name is its own events' matter, and who belongs to it, unless set otherwise.
            belongs = {group["id"]: group["name"] for group in theirs["groups"]}
            told = {group: self.application.names[group]
                    for group, inside in self.application.members.items() if identity in inside}
            self.check(belongs == told, f"{identity} belongs to {belongs}, told was {told}")
            if self.is_in_employees:
                self.check(belongs.keys() == {group["id"] for group in mine["groups"]},
                           f"{identity} belongs to {belongs}, told was {mine['groups']}")
            fields = self.differing(mine, theirs)
            self.row["same"] += not fields and belongs == told
            self.check(not fields, f"{identity} differs in {fields}: "
                       f"{[(mine.get(name), theirs.get(name)) for name in fields]}")
        new = self.application.sequences.get(2, {})
        wanted = set(range(self.held + 1, max(new, default=self.held) + 1))
        self.row["new events"] = len(new)
        self.check(set(new) == wanted, f"epoch 2 lacks or adds {sorted(wanted ^ set(new))[:10]}")
        self.check(set(self.application.sequences) <= {1, 2}, "there are more epochs than two")
        self.row["snapshots"] = self.application.types["employee.snapshot"]
        self.row["repeats"] = self.application.repeats

    @staticmethod
    def differing(mine, theirs):
        return [name for name in theirs.keys() | mine.keys()
                if mine.get(name) != theirs.get(name) and name != "groups"]

    def push_once_more(self):
        """Whoever is there already is not changed by being pushed again."""
        before = len(self.application.receipts)
        self.push()
        self.settle()
        self.row["third push"] = len(self.application.receipts) - before
        self.check(self.row["third push"] == 0, "a further push caused events")
        self.check(self.server.stop(), f"the stop ended with {self.server.code}")
        code, output = self.server.tool("verify")
        self.check(code == 0, f"spool verify ended with {code}: {output}")
        self.check(not spool_reader.Spool(self.target).findings(), "the second reader objects")

    def end(self):
        for process in [*self.children, *Server.running]:
            if process.poll() is None:
                process.kill()
                process.wait()
        Server.running.clear()
        self.control.close()
        shutil.rmtree(self.directory, ignore_errors=True)


def main():
    options = parse()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))
    rows, is_consistent = [], True
    for number in range(options.runs):
        loss = Loss(options, list(MOMENTS)[number % len(MOMENTS)], options.seed + number)
        rows.append(loss.run())
        for fault in loss.faults[:20]:
            print(f"FAULT {fault[:1000]}")
        is_consistent = is_consistent and not loss.faults
    print(table(rows))
    print("consistent" if is_consistent else "NOT CONSISTENT", f"  seed {options.seed}")
    return 0 if is_consistent else 1


def parse():
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    add = parser.add_argument
    release = os.path.normpath(os.path.join(CRASH, "../../.build/release/scim-hris"))
    add("--binary", default=release, help="scim-hris; of a release build by default")
    add("--runs", type=int, default=len(MOMENTS))
    add("--seed", type=int, default=random.SystemRandom().randrange(1 << 31))
    add("--users", type=int, default=60)
    add("--groups", type=int, default=20)
    add("--rate", type=int, default=30, help="calls per second until the loss")
    add("--work", default=tempfile.gettempdir(), help="where spools are made")
    parsed = parser.parse_args()
    if not os.access(parsed.binary, os.X_OK):
        parser.error(f"there is no program at {parsed.binary}: swift build -c release")
    return parsed


def table(rows):
    names = list(dict.fromkeys(name for row in rows for name in row))
    cells = [names] + [[str(row.get(name, "-")) for name in names] for row in rows]
    widths = [max(map(len, column)) for column in zip(*cells)]
    return "\n".join("  ".join(value.rjust(width) for value, width in zip(line, widths))
                     for line in cells)


if __name__ == "__main__":
    sys.exit(main())
