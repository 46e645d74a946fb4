"""What must hold after a crash, asked of the restarted server and read from its files."""
import collections
import functools
import json

import spool_reader
import spool_state
from lab.server import Refused
from lab.workload import observe

DRAIN_WITHIN = 20
# Categories of faults, as the summary counts them.
KINDS = ("lost", "duplicated", "inverted", "hash", "refused", "other")


Facts = collections.namedtuple("Facts", "id sequence subject connection")


@functools.lru_cache(maxsize=20_000)
def facts(body):
    """What routes an event."""
    event = json.loads(body)
    return Facts(event["id"], event["sequence"], event["data"]["id"], event["connection"]["id"])


class Examination:
    """One crashed spool, brought back and compared with what was promised."""

    def __init__(self, server, world, receipts, random, impossible=()):
        self.server, self.world, self.random = server, world, random
        self.earlier = receipts          # deliveries before the crash, in order
        self.impossible = impossible
        self.faults = []
        self.raw = {}
        self.found = None

    def fault(self, kind, text):
        self.faults.append((kind, text))

    def run(self, receiver, keep_running):
        """The faults found. Afterwards the server runs, when that is wanted."""
        begun = len(receiver.receipts)
        try:
            self._compare_tools("as the crash left it", allowed=(0, 1))
            self.server.start()
            self._compare_world()
            self._drain()
            self._compare_hash("live", self._compare_tools("live", allowed=(0,)))
            is_clean = self.random.random() < 0.5
            if is_clean and not self.server.stop():
                self.fault("other", f"the stop ended with {self.server.code}")
            self.server.kill()
            spool = self._compare_tools("after the recovery", allowed=(0,))
            first = self._fold(spool)
            if first is None:
                return self.faults
            self._compare_log(first)
            self._compare_events(first, receiver.receipts[begun:])
            self._second_recovery(first)
        except Refused as error:
            self.fault("refused", str(error))
        except (ConnectionError, OSError) as error:
            self.fault("other", f"the server stopped answering: {error!r}; "
                       + self.server.log[-400:].decode("utf-8", "replace"))
        if not keep_running or self.faults:
            self.server.kill()
        return self.faults

    # -- the state

    def _compare_world(self):
        cells, ids, self.raw, faults = observe(self.server)
        self.faults += faults
        self.found, self.ids = cells, ids
        promised = self.world.cells
        touched = set()
        for write in self.world.open:
            touched |= set(write.effects)
            changes = {cell for cell, value in write.effects.items()
                       if _plain(value) != _plain(promised.get(cell))}
            there = {cell for cell in changes
                     if _plain(cells.get(cell)) == _plain(write.effects[cell])}
            away = {cell for cell in changes
                    if _plain(cells.get(cell)) == _plain(promised.get(cell))}
            if not write.is_atomic and there | away == changes:
                continue
            if there != changes and away != changes:
                self.fault("lost", f"{write} is there in part: {sorted(map(str, changes - there))}"
                           f" is not; found {[cells.get(cell) for cell in changes]}")
        for cell in promised.keys() | cells.keys():
            if cell in touched:
                continue
            wanted, actual = _plain(promised.get(cell)), _plain(cells.get(cell))
            if wanted != actual:
                kind = "lost" if actual is None or wanted is not None else "other"
                self.fault(kind, f"{cell} is {actual!r}, promised was {wanted!r}")

    def _drain(self):
        """Waits until nothing is owed to the webhook."""
        owner = self.server.owner()

        def is_done():
            # Right after a start no webhook is being read for yet, and nothing seems to wait.
            status = owner.call("GET", "/status").json["data"]
            return status["webhooks"] and status["eventsWaiting"] == 0

        if not self.server.loop.run(is_done, DRAIN_WITHIN):
            self.fault("lost", "events still wait after "
                       f"{DRAIN_WITHIN} s: {owner.call('GET', '/status').body.decode()}")
        owner.end()

    # -- the files

    def _compare_tools(self, when, allowed):
        """`spool verify` and the second reader must say the same."""
        code, output = self.server.tool("verify")
        try:
            spool = spool_reader.Spool(self.server.spool)
            findings = spool.findings()
        except Exception as error:  # whatever it is, the run must say so
            self.fault("other", f"{when}: the reader failed: {error!r}")
            return None
        mine = spool_reader.code(findings)
        if code not in allowed or mine not in allowed or code != mine:
            self.fault("other", f"{when}: verify ends with {code} {output}, the reader with {mine} "
                       f"{findings}")
        elif places(output.get("findings", [])) != places(findings):
            self.fault("other", f"{when}: verify finds {output}, the reader {findings}")
        return spool

    def _compare_hash(self, when, spool):
        code, output = self.server.tool("state-hash")
        fold = self._fold(spool)
        if fold is None:
            return
        hashes = (fold.hash, fold.state.sorted_hash)
        if code != 0 or output.get("hash") not in hashes:
            self.fault("hash", f"{when}: state-hash says {code} {output}, the reader {hashes} "
                       f"at line {fold.seq}")

    def _fold(self, spool):
        if spool is None:
            return None
        try:
            return _Fold(spool)
        except spool_state.Broken as error:
            self.fault("hash", f"the log cannot be folded: {error}")
            return None

    def _compare_log(self, fold):
        for request, statuses in fold.outcomes.items():
            if len(statuses) != 1:
                self.fault("duplicated", f"{request} has {len(statuses)} outcomes")
        for write in self.world.writes:
            if not write.has_outcome or write.status not in write.statuses:
                continue                # not answered, or turned away before it was accepted
            statuses = fold.outcomes.get(write.request)
            if statuses is None and fold.is_whole:
                self.fault("lost", f"{write} has no outcome")
            elif statuses is not None and statuses[0] != write.status:
                self.fault("other", f"{write} was answered {write.status}, its outcome is "
                           f"{statuses[0]}")
        for write in self.impossible:
            if write.request in fold.outcomes:
                self.fault("other", f"{write} is there, an earlier one it rests on is not")
        self._compare_resources(fold)

    def _compare_resources(self, fold):
        """What the server shows is what the log says, byte for meaning."""
        mine = self.server.made["connectionId"] + "/"
        alive = {key.rpartition("/")[2]: resource for key, resource in fold.resources.items()
                 if resource.resource and key.startswith(mine)}
        for identity in alive.keys() ^ self.raw.keys():
            self.fault("hash", f"{identity} is only {'in the log' if identity in alive else 'shown'}")
        for identity in alive.keys() & self.raw.keys():
            shown, logged = dict(self.raw[identity]), json.loads(alive[identity].resource)
            version = shown["meta"]["version"]
            for name in ("meta", "groups", "members"):
                shown.pop(name, None)
                logged.pop(name, None)
            members = {member["value"] for member in self.raw[identity].get("members", [])}
            kept = {json.loads(value) for value in alive[identity].members}
            if shown != logged or version != f'W/"{alive[identity].version}"' or members != kept:
                self.fault("hash", f"{identity} is shown as {self.raw[identity]}, logged as "
                           f"{alive[identity].version} {alive[identity].resource} {sorted(kept)}")

    # -- events

    def _compare_events(self, fold, later):
        bodies, orders = {}, {}
        for receipt in self.earlier + later:
            known = bodies.get(receipt.event)
            if known is not None and known != receipt.body:
                self.fault("duplicated", f"{receipt.event} was delivered with two bodies")
            if known is None:
                bodies[receipt.event] = receipt.body
                event = facts(receipt.body)
                before = orders.get(event.subject, 0)
                if event.sequence < before:
                    self.fault("inverted", f"{event.subject}: {event.sequence} came after {before}")
                orders[event.subject] = event.sequence
        logged = {}
        for _, text in fold.events:
            body = text.encode("utf-8", "surrogatepass")
            event = facts(body)
            if event.id in logged:
                self.fault("duplicated", f"{event.id} is in the log twice")
            logged[event.id] = body
            if event.id not in bodies:
                self.fault("lost", f"{event.id}, sequence {event.sequence}, was not delivered")
            elif bodies[event.id] != body:
                self.fault("other", f"{event.id} was delivered with another body than logged")
        if fold.is_whole:
            for event in bodies.keys() - logged.keys():
                self.fault("lost", f"{event} was delivered and is not in the log")
        self._compare_sequences(bodies, logged, fold)

    def _compare_sequences(self, bodies, logged, fold):
        sequences = {}
        for body in [*bodies.values(), *logged.values()]:
            event = facts(body)
            numbers = sequences.setdefault(event.connection, {})
            if numbers.setdefault(event.sequence, event.id) != event.id:
                self.fault("duplicated", f"sequence {event.sequence} is {event.id} and "
                           f"{numbers[event.sequence]}")
        for connection, numbers in sequences.items():
            last = max(max(numbers), fold.owners.get(connection, 0))
            missing = [n for n in range(1, last + 1) if n not in numbers]
            if missing:
                self.fault("lost", f"{connection}: sequences {missing[:10]} are missing")

    # -- once more

    def _second_recovery(self, first):
        self.server.start()
        log = self.server.log.decode("utf-8", "replace")
        for word in ("run again", "lines cut", "numbers skipped"):
            if word in log:
                self.fault("other", f"the second recovery was not idle: {log[-600:]}")
        spool = self._compare_tools("second recovery", allowed=(0,))
        second = self._fold(spool)
        if second is None:
            return
        if second.hash != first.hash:
            self.fault("hash", f"the second recovery has {second.hash}, the first {first.hash}")
        for seq in first.lines.keys() & second.lines.keys():
            if first.lines[seq] != second.lines[seq]:
                self.fault("other", f"line {seq} of 3-committed changed in the second recovery")
        if max(second.lines, default=0) != max(first.lines, default=0) and second.seq != first.seq:
            self.fault("other", f"3-committed ended at {first.seq} and ends at {second.seq}")


class _Fold:
    """The fold of a spool, with what comparing needs."""

    def __init__(self, spool):
        start = spool_state.newest(spool.snapshots)
        self.owners = {name: owner["sequence"] for name, owner in
                       (start.owners if start else {}).items()}
        committed = spool.committed
        self.is_whole = committed.first == 1
        above = start.seq if start else 0
        before = _Collector()
        self.lines = {}
        for record in committed.records():
            self.lines[record.seq] = (record.type, record.data)
            if record.seq <= above:
                before.take(record)
        state = spool_state.fold(committed, start, collect=True)
        if self.is_whole and start:
            whole = spool_state.fold(committed)
            if whole.hash != state.hash:
                raise spool_state.Broken(
                    f"snapshot {above} and the log after it give {state.hash}, the log alone "
                    f"{whole.hash}")
        self.state, self.seq, self.hash = state, state.seq, state.hash
        self.resources = state.resources
        self.events = before.events + state.events
        self.outcomes = before.outcomes
        for request, statuses in state.outcomes.items():
            self.outcomes.setdefault(request, []).extend(statuses)


class _Collector(spool_state.State):
    """Only events and outcomes."""

    def __init__(self):
        super().__init__(collect=True)

    def _apply(self, key, outcome):
        pass


def _plain(value):
    return None if value is False else value


def places(findings):
    """Where something was found, to compare two verdicts by. Of a snapshot it matters only that it
    is no good."""
    found = []
    for finding in findings:
        segment = finding.get("segment", "")
        place = (0, 0) if segment.startswith("snapshots/") else (
            finding.get("offset", 0), finding.get("seq", 0))
        found.append((finding["kind"], segment, *place))
    return sorted(found)


def describe(faults):
    return "\n".join(f"  {kind}: {text[:1500]}" for kind, text in faults[:20])
