#!/usr/bin/env python3
"""Reads a spool without the program, from docs/SPOOL_FORMAT.md alone.

  spool_reader.py verify DIR [--json]                  0 sound, 1 torn tail, 2 damage or loss
  spool_reader.py state-hash DIR [--from-log] [--json] from the newest snapshot, or the log alone

Takes no lock and writes nothing, so it may look at a spool in use.
"""
import argparse
import json
import os
import re
import sys

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import spool_state  # noqa: E402
from spool_format import COMMITTED, HOPS, Hop, NewerFormat  # noqa: E402

# In `3-committed` `accepted` names a line of `1-accepted`, in `4-attempts` `durableSeq` one of
# `3-committed`.
NAMES = {"4-attempts": ("durableSeq", COMMITTED)}
MAY_GAP = ("1-accepted", "2-mapped")
TOP_NUMBER = {"durableSeq": re.compile(rb',"durableSeq":([0-9]+)\}\Z')}
SOUND, TORN, DAMAGED, USAGE, NEWER = 0, 1, 2, 64, 78


class Spool:
    """Everything in a spool's directory. Whatever is written later is read earlier, so that a
    spool in use is not found wanting: cursors, hops from the last to the first, snapshots."""

    def __init__(self, directory):
        self.directory = directory
        self.cursors, self.broken_cursors = self._cursors()
        self.snapshots = spool_state.snapshots(directory)
        self.hops = {}
        for name in reversed(HOPS):
            if os.path.isdir(os.path.join(directory, name)):
                self.hops[name] = Hop(directory, name)
        if not self.hops:
            raise FileNotFoundError(f"there is no spool at {directory}")

    def _cursors(self):
        directory, found, broken = os.path.join(self.directory, "cursors"), {}, []
        for name in sorted(os.listdir(directory)) if os.path.isdir(directory) else []:
            if not name.endswith(".json"):
                continue
            try:
                with open(os.path.join(directory, name), "rb") as file:
                    found[name] = json.loads(file.read())
            except FileNotFoundError:
                continue
            except ValueError:
                broken += [name] if name != "redrive.json" else []
        return found, broken

    @property
    def is_live(self):
        """Whether the process that LOCK names runs."""
        try:
            with open(os.path.join(self.directory, "LOCK"), "rb") as file:
                os.kill(json.loads(file.read())["pid"], 0)
        except PermissionError:
            return True
        except (OSError, ValueError, KeyError, TypeError):
            return False
        return True

    @property
    def committed(self):
        return self.hops[COMMITTED]

    def fold(self, from_log=False, collect=False):
        start = None if from_log else spool_state.newest(self.snapshots)
        return spool_state.fold(self.committed, start, collect)

    def witness(self):
        """The highest line of 3-committed that something durable names, and what names it."""
        highest, by = 0, None
        for name, cursor in self.cursors.items():
            if name == "redrive.json" or not isinstance(cursor, dict):
                continue
            for member in ("seq", "high"):
                value = cursor.get(member)
                if isinstance(value, int) and value > highest:
                    highest, by = value, f"cursors/{name}"
        for snapshot in self.snapshots:
            if snapshot.seq > highest:  # its name was made after the sync, whatever is in it
                highest, by = snapshot.seq, snapshot.name
        for hop, (member, _) in NAMES.items():
            # A valid line is proof wherever it stands, also behind a torn end.
            for segment in self.hops[hop].segments if hop in self.hops else []:
                for record in segment.records + segment.strays:
                    match = TOP_NUMBER[member].search(record.data)
                    if match and int(match.group(1)) > highest:
                        highest, by = int(match.group(1)), hop
        return highest, by

    def findings(self):
        """What is not as it was written: dicts as `scim-hris spool verify --json` has them."""
        if self.broken_cursors:         # no start gets beyond it
            return [_damaged(f"cursors/{self.broken_cursors[0]}", 0, 0, "this is not JSON"),
                    *self._snapshot_findings()]
        found, is_live = [], self.is_live
        for name in HOPS:
            if name in self.hops:
                found += self._hop_findings(self.hops[name], is_live)
        found += self._committed_findings()
        return found

    def _hop_findings(self, hop, is_live):
        found = []
        for segment in hop.segments[:-1]:
            found += [_damaged(segment.name, *damage) for damage in segment.damages]
        found += [_damaged(segment.name, 0, segment.first, why) for segment, why in hop.breaches()]
        last = hop.segments[-1] if hop.segments else None
        if last is None or not last.damages:
            return found
        # What looks like a torn end is none when something names a line of it.
        is_named = hop.name == COMMITTED and self.witness()[0] > hop.last
        if last.is_damaged_below_base or is_named:
            offset, _, reason = last.damages[0]
            found.append(_damaged(last.name, offset, last.last + 1, reason))
        elif not is_live:
            found.append({
                "kind": "torn", "segment": last.name, "offset": last.end,
                "lines": last.lines_behind, "bytes": last.size - last.end})
        return found

    def _committed_findings(self):
        if COMMITTED not in self.hops:
            return []
        found = []
        named, by = self.witness()
        if named > self.committed.last and not self._ends_damaged():
            found.append({
                "kind": "missing", "hop": COMMITTED, "last": self.committed.last, "named": named,
                "by": by})
        return found + self._snapshot_findings()

    def _ends_damaged(self):
        return bool(self.committed.segments and self.committed.segments[-1].damages)

    def _snapshot_findings(self):
        found = []
        for snapshot in self.snapshots:
            if not snapshot.is_valid:
                found.append(_damaged(
                    snapshot.name, snapshot.offset, snapshot.seq, snapshot.reason))
        newest = spool_state.newest(self.snapshots)
        # While somebody writes, newer snapshots may have let go of lines since these were read.
        if self.committed.first > (newest.seq if newest else 0) + 1 and not self.is_live:
            begin = (newest.seq if newest else 0) + 1
            found.append(_damaged(
                COMMITTED, 0, begin, f"lines {begin} to {self.committed.first - 1} are in no "
                "snapshot and not in the log"))
        return found


def _damaged(segment, offset, seq, reason):
    return {"kind": "damaged", "segment": segment, "offset": offset, "seq": seq, "reason": reason}


def code(findings):
    if not findings:
        return SOUND
    return TORN if all(finding["kind"] == "torn" for finding in findings) else DAMAGED


def words(finding):
    kind = finding["kind"]
    if kind == "torn":
        return "{segment}, offset {offset}: {lines} lines ({bytes} bytes) are torn".format(**finding)
    if kind == "missing":
        return "{hop} ends at line {last}, but {by} names line {named}".format(**finding)
    return "{segment}, offset {offset}, line {seq}: {reason}".format(**finding)


def verify(spool, as_json):
    findings = spool.findings()
    verdict = ("sound", "torn", "damaged")[code(findings)]
    lines = {
        name: sum(len(segment.records) for segment in spool.hops[name].segments)
        for name in HOPS if name in spool.hops}
    if as_json:
        print(json.dumps({"verdict": verdict, "lines": lines, "findings": findings}))
    else:
        for name, count in lines.items():
            print(f"{name:12}{count:12}")
        for finding in findings:
            print("! " + words(finding))
        print(verdict)
    return code(findings)


def state_hash(spool, as_json, from_log):
    state = spool.fold(from_log)
    if as_json:
        print(json.dumps({
            "hash": state.hash, "resources": len(state.resources), "seq": state.seq,
            "sorted": state.sorted_hash}))
    else:
        print(state.hash)
    return SOUND


def main():
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("command", choices=("verify", "state-hash"))
    parser.add_argument("directory")
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--from-log", action="store_true", help="leave snapshots aside")
    options = parser.parse_args()
    try:
        spool = Spool(options.directory)
        if options.command == "verify":
            return verify(spool, options.json)
        return state_hash(spool, options.json, options.from_log)
    except NewerFormat as error:
        print(error, file=sys.stderr)
        return NEWER
    except FileNotFoundError as error:
        print(error, file=sys.stderr)
        return USAGE
    except spool_state.Broken as error:
        print(error, file=sys.stderr)
        return DAMAGED


if __name__ == "__main__":
    sys.exit(main())
