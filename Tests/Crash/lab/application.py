"""A receiver as an application has one: keeps people by the README's rules."""
import base64
import collections
import hashlib
import hmac
import json
import time

from lab.loop import Receiver


class Application(Receiver):
    """Keeps the newest of everybody by (epoch, revision), and looks closely at what it is sent."""

    def __init__(self, loop):
        super().__init__(loop)
        self.key = b""
        self.people = {}                # id -> (epoch, revision, employee)
        self.members = {}               # group's id -> ids of who belongs to it
        self.names = {}                 # group's id -> its name
        self.bodies = {}                # event id -> the bytes that came first
        self.sequences = {}             # epoch -> sequence -> event id
        self.newest = {}                # id of a person or group -> (epoch, sequence)
        self.types = collections.Counter()
        self.repeats = 0
        self.faults = []

    def take(self, fields, body):
        super().take(fields, body)
        identity = fields.get(b"webhook-id", b"").decode()
        if not self._is_genuine(identity, fields, body):
            return self.faults.append(f"{identity} is not signed as it must be")
        event = json.loads(body)
        if self.bodies.setdefault(identity, body) != body:
            self.faults.append(f"{identity} came with two bodies")
        self.repeats += self.bodies[identity] is not body
        if self.bodies[identity] is not body or "epoch" not in event:
            return
        self.types[event["type"]] += 1
        self._note_order(identity, event)
        if event["type"].startswith("group."):
            self._note_members(event["type"], event["data"])
        elif event["type"].startswith("employee."):
            person = event["data"]
            told = (event["epoch"], person["revision"])
            if self.people.get(person["id"], (0, 0))[:2] < told:
                self.people[person["id"]] = (*told, person)

    def _note_members(self, kind, group):
        inside = self.members.setdefault(group["id"], set())
        self.names[group["id"]] = group["name"]
        ids = {member["id"] for member in group.get("members", [])}
        if kind == "group.member_added":
            inside |= ids
        elif kind == "group.member_removed":
            inside -= ids
        elif kind == "group.deleted":
            del self.members[group["id"]]

    @property
    def newest_time(self):
        return self.receipts[-1].time if self.receipts else 0

    def _is_genuine(self, identity, fields, body):
        sent = fields.get(b"webhook-timestamp", b"").decode()
        if not sent.isdecimal() or abs(time.time() - int(sent)) > 300:
            return False
        code = hmac.new(self.key, f"{identity}.{sent}.".encode() + body, hashlib.sha256).digest()
        return any(hmac.compare_digest(b"v1," + base64.b64encode(code), given)
                   for given in fields.get(b"webhook-signature", b"").split(b" "))

    def _note_order(self, identity, event):
        if "sequence" not in event:     # a snapshot has none
            return
        epoch, sequence = event["epoch"], event["sequence"]
        if self.sequences.setdefault(epoch, {}).setdefault(sequence, identity) != identity:
            self.faults.append(f"epoch {epoch} has sequence {sequence} twice")
        subject = event["data"]["id"]
        if self.newest.get(subject, (0, 0)) > (epoch, sequence):
            self.faults.append(f"{subject}: {epoch}/{sequence} after {self.newest[subject]}")
        self.newest[subject] = (epoch, sequence)
