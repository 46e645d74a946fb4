"""The state of a spool: the fold of 3-committed, on top of a snapshot where there is one."""
import hashlib
import json
import os

from spool_format import (
    COMMITTED, FORMATS, SNAPSHOT_NAME, SUFFIX_LENGTH, VERSION, NewerFormat, checksum,
    stated_checksum)

_scan_once = json.JSONDecoder(strict=False).scan_once
_scan_string = json.decoder.scanstring
SPACE = " \t\r\n"


class Broken(Exception):
    """Something whose checksum holds is not what the format says."""


def members(text, start=0):
    """Yields (name, raw text of the value) of the object that starts at `start`."""
    at = _skip(text, start)
    if text[at:at + 1] != "{":
        raise Broken("an object was expected")
    at = _skip(text, at + 1)
    while text[at] != "}":
        name, at = _scan_string(text, at + 1, False)
        begin = _skip(text, _skip(text, at) + 1)
        at = _end(text, begin)
        yield name, text[begin:at]
        at = _skip(text, at)
        if text[at] == ",":
            at = _skip(text, at + 1)


def elements(text):
    """The raw texts of an array's elements."""
    at, found = _skip(text, 1), []
    while text[at] != "]":
        end = _end(text, at)
        found.append(text[at:end])
        at = _skip(text, end)
        if text[at] == ",":
            at = _skip(text, at + 1)
    return found


def _end(text, begin):
    if text[begin] == '"':
        return _scan_string(text, begin + 1, False)[1]
    return _scan_once(text, begin)[1]


def _skip(text, at):
    while text[at] in SPACE:
        at += 1
    return at


class Resource:
    """As texts, because the bytes are what is hashed. Never changed, only replaced."""
    __slots__ = ("version", "resource", "record", "members", "_digest")

    def __init__(self, version, resource, record, members):
        self.version, self.resource, self.record = version, resource, record
        self.members = members          # by the raw text of `value`, quotes included
        self._digest = None

    def digest(self, key):
        """As a number."""
        if self._digest is None:
            self._digest = int.from_bytes(self._sha256(key), "big")
        return self._digest

    def _sha256(self, key):
        parts = [key, "\n", self.version, "\n", self.resource, "\n", self.record, "\n"]
        # By the bytes between the quotes, which for UTF-8 is the order of code points.
        for value in sorted(self.members, key=lambda raw: raw[1:-1].encode()):
            parts += self.members[value], "\n"
        return hashlib.sha256("".join(parts).encode("utf-8", "surrogatepass")).digest()


class Outcome:
    """A line of 3-committed about a resource, taken apart into texts."""

    def __init__(self, line):
        data = dict(members(line.data.decode("utf-8", "surrogatepass")))
        self.is_applied = data["outcome"] == '"applied"'
        self.status = int(data["status"])
        # Whether it is what became of the accepted write, not what followed from it.
        self.decides = "accepted" in data or not self.is_applied
        self.events = elements(data["events"])
        self.added, self.removed, self.record = [], [], None
        if self.is_applied:
            self.version = data["version"]
            self.resource = data["resource"] if data["resource"].startswith("{") else ""
            self._take(line.key.split("/")[1], data)

    def _take(self, kind, data):
        if kind == "Groups":
            self.record = data.get("group")
        elif kind == "Users":
            self.record = data.get("employee")
            if self.record is None and self.events:
                self.record = dict(members(self.events[-1])).get("data")
        change = dict(members(data.get("members", "{}")))
        self.removed = elements(change.get("removed", "[]"))
        for name in ("added", "changed"):
            for member in elements(change.get(name, "[]")):
                self.added.append((dict(members(member))["value"], member))


class State:
    """Everything `state-hash` covers, by key; and the events seen on the way."""

    def __init__(self, collect=False):
        self.resources = {}
        self.chain = b""
        self.seq = 0
        self.collect = collect
        self.events = []                # (seq, raw text)
        self.outcomes = {}              # request id -> [status, …] of accepted lines' outcomes

    def take(self, record):
        self.seq = record.seq
        if record.type.startswith("admin."):
            self.chain = hashlib.sha256(self.chain + record.data).digest()
            return
        if record.type == "operational":
            return                      # told to receivers; no part of the state
        if record.parts is None:
            record.parts = Outcome(record)
        outcome = record.parts
        if self.collect:
            if outcome.decides:
                self.outcomes.setdefault(record.id, []).append(outcome.status)
            self.events += [(record.seq, event) for event in outcome.events]
        if outcome.is_applied:
            self._apply(record.key, outcome)

    def _apply(self, key, outcome):
        known = self.resources.get(key)
        present = known.members if known else {}
        if outcome.removed or outcome.added:
            present = dict(present)
        for value in outcome.removed:
            present.pop(value, None)
        present.update(outcome.added)
        record = outcome.record
        if record is None:
            record = known.record if known else ""
        self.resources[key] = Resource(
            outcome.version, outcome.resource, record, present if outcome.resource else {})

    @property
    def hash(self):
        """The additive one of format 2."""
        total = sum(resource.digest(key) for key, resource in self.resources.items())
        text = f"{len(self.resources)}\n{total % (1 << 256):064x}\nadmin\n{self.chain.hex()}"
        return hashlib.sha256(text.encode()).hexdigest()

    @property
    def sorted_hash(self):
        """The one of format 1's releases."""
        total = hashlib.sha256()
        for key in sorted(self.resources, key=str.encode):
            resource = self.resources[key]
            head = f"{key}\n{resource.version}\n{resource.resource}\n{resource.record}\n"
            total.update(head.encode("utf-8", "surrogatepass"))
            for value in sorted(resource.members, key=lambda raw: raw[1:-1].encode()):
                total.update((resource.members[value] + "\n").encode("utf-8", "surrogatepass"))
        total.update(f"admin\n{self.chain.hex()}".encode())
        return total.hexdigest()


class Snapshot:
    """One file under snapshots/, read and checked as a whole."""
    _known, KNOWN = {}, 8

    @classmethod
    def read(cls, path, seq):
        """The same bytes are taken apart only once."""
        with open(path, "rb") as file:
            key = (seq, file.read())
        known = cls._known.pop(key, None) or cls(*key)
        cls._known[key] = known
        if len(cls._known) > cls.KNOWN:
            del cls._known[next(iter(cls._known))]
        return known

    def __init__(self, seq, content):
        self.seq, self.bytes = seq, content
        self.name = f"snapshots/{seq:020d}.jsonl"
        self.reason = None              # why it is not valid, and where
        self.offset = 0
        self.header, self.footer = {}, {}
        self.state = State()
        self.state.seq = seq
        self.owners, self.owed = {}, []
        self._rows = []
        try:
            self._read()
        except (Broken, ValueError, KeyError, TypeError, IndexError) as error:
            self.reason = self.reason or f"this is not a line of the format ({error})"

    @property
    def is_valid(self):
        return self.reason is None

    def _read(self):
        data = self.bytes
        before, count = 0, 0
        while self.offset < len(data):
            feed = data.find(b"\n", self.offset)
            if feed < 0:
                return self._fail("the end is missing")
            line = data[self.offset:feed]
            stated = stated_checksum(line)
            if stated is None or checksum(line, before) != stated:
                return self._fail("the checksum is wrong")
            if self.footer:
                return self._fail("there is data after the footer")
            self._take(line, count)
            before, count, self.offset = stated, count + 1, feed + 1
        if not self.footer:
            return self._fail("the end is missing")
        if self.footer["lines"] != count - 2 or self.footer["end"] != self.seq:
            return self._fail("the footer counts other lines")
        if self.header["rows"] != len(self._rows):
            return self._fail("the header counts other rows")
        if self.footer["hash"] != self.state.hash:
            return self._fail("the state has another hash than the footer says")

    def _fail(self, reason):
        self.reason = reason

    def _take(self, line, count):
        text = line[:-SUFFIX_LENGTH].decode() + "}"
        if count == 0:
            version = int(VERSION.match(line).group(1))
            if version > FORMATS[-1]:
                raise NewerFormat(self.name, version)
            self.header = json.loads(text)
            if self.header["snapshot"] != self.seq:
                raise Broken("the header belongs to another snapshot")
            return
        parts = dict(members(text))
        if "end" in parts:
            self.footer = json.loads(text)
            return
        self._line(json.loads(parts["type"]), parts["data"])

    def _line(self, kind, data):
        parts = dict(members(data))
        if kind == "resource":
            key = json.loads(parts["key"])
            if int(parts["row"]) != len(self._rows):
                raise Broken("a row is missing")
            self._rows.append(key)
            resource = parts["resource"]
            record = parts.get("employee", parts.get("group", ""))
            self.state.resources[key] = Resource(
                parts["version"], resource if resource.startswith("{") else "", record, {})
        elif kind == "members":
            group = self.state.resources[self._rows[int(parts["row"])]]
            for member in elements(parts["members"]):
                group.members[dict(members(member))["value"]] = member
        elif kind == "chain":
            self.state.chain = bytes.fromhex(json.loads(parts["admin"]))
        elif kind == "owner":
            owner = json.loads(data)
            self.owners[owner["connection"]] = owner
        elif kind == "owed":
            self.owed.append(json.loads(data))


def snapshots(spool):
    """Every snapshot there is, newest first."""
    directory = os.path.join(spool, "snapshots")
    names = sorted(os.listdir(directory), reverse=True) if os.path.isdir(directory) else []
    found = []
    for name in names:
        match = SNAPSHOT_NAME.match(name)
        if match:
            try:
                found.append(Snapshot.read(os.path.join(directory, name), int(match.group(1))))
            except FileNotFoundError:
                continue                # a newer one has taken its place
    return found


def newest(found):
    return next((snapshot for snapshot in found if snapshot.is_valid), None)


def fold(committed, start=None, collect=False, through=None):
    """The state after the lines of a hop above `start`, a valid snapshot or None."""
    if start is None and committed.first > 1:
        raise Broken(f"{COMMITTED} starts at line {committed.first} and there is no snapshot")
    state = State(collect)
    if start:
        state.resources, state.chain = dict(start.state.resources), start.state.chain
        state.seq = start.seq
    above = start.seq if start else 0
    # What was given up by hand.
    gaps = [segment.header.get("gap") for segment in committed.segments if segment.header]
    for record in committed.records(above):
        if through is not None and record.seq > through:
            break
        if record.seq != state.seq + 1 and [state.seq + 1, record.seq - 1] not in gaps:
            raise Broken(f"{COMMITTED}: line {record.seq} follows line {state.seq}")
        state.take(record)
    return state
