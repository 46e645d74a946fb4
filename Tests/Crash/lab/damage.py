"""Damages a sound spool in every small way and compares what both readers say about it."""
import json
import os
import random
import shutil

import spool_reader
from lab.oracle import places
from lab.report import Tally
from lab.server import Server
from spool_format import NewerFormat


def damage(bench, seed, runs, command, options):
    """`spool verify` and the second reader must end alike and name the same places."""
    chance = random.Random(seed)
    tally = Tally("damage")
    server = Server(bench.loop, bench.binary, bench.spool, bench.control, bench.made)
    base = bench.grown()
    for _ in range(runs):
        shutil.rmtree(bench.spool, ignore_errors=True)
        shutil.copytree(base, bench.spool)
        what = [mutate(bench.spool, chance) for _ in range(chance.choice((1, 1, 1, 2)))]
        code, output = server.tool("verify")
        mine, findings = judge(bench.spool)
        tally.note_run(0, 0, 0, mine != 0)
        found = output.get("findings", [])
        if code == mine and (code == 78 or places(found) == places(findings)):
            continue
        text = f"{what}: verify ends with {code} {output}, the reader with {mine} {findings}"
        where = bench.save(f"damage-{seed}-{tally.runs}", bench.spool, text=text)
        tally.note_faults([("other", text)], where, command)
        if len(tally.failures) > 5:
            break
    return tally


def judge(directory):
    try:
        findings = spool_reader.Spool(directory).findings()
    except NewerFormat:
        return 78, []
    return spool_reader.code(findings), findings


def mutate(spool, chance):
    """Changes one file. Returns what was done."""
    kind = chance.choice(sorted(KINDS))
    folders = ["1-accepted", "2-mapped", "3-committed", "3-committed", "4-attempts"]
    if os.listdir(os.path.join(spool, "snapshots")) != ["secrets.json"]:
        folders.append("snapshots")
    folder = os.path.join(spool, chance.choice(folders))
    if kind == "cursor":
        return _cursor(os.path.join(spool, "cursors"), chance)
    names = sorted(name for name in os.listdir(folder) if name.endswith(".jsonl"))
    # The end is where it matters most.
    path = os.path.join(folder, chance.choice(names + names[-1:] * len(names)))
    with open(path, "rb") as file:
        content = file.read()
    at = chance.randrange(len(content))
    if chance.random() < 0.5:
        at = max(0, len(content) - 1 - chance.randrange(4000))
    changed = KINDS[kind](content, at, chance)
    if changed is None:
        os.unlink(path)
    else:
        with open(path, "wb") as file:
            file.write(changed)
    return f"{kind} at {at} of {path[len(spool) + 1:]}"


def _lines(content, at):
    """The line around a place, as a range, and the one behind it."""
    begin = content.rfind(b"\n", 0, at) + 1
    end = content.find(b"\n", at) + 1 or len(content)
    after = content.find(b"\n", end) + 1 or len(content)
    return begin, end, after


def _double(content, at, chance):
    begin, end, _ = _lines(content, at)
    return content[:end] + content[begin:end] + content[end:]


def _swap(content, at, chance):
    begin, end, after = _lines(content, at)
    return content[:begin] + content[end:after] + content[begin:end] + content[after:]


def _drop(content, at, chance):
    begin, end, _ = _lines(content, at)
    return content[:begin] + content[end:]


KINDS = {
    "flip": lambda content, at, chance: (
        content[:at] + bytes((content[at] ^ 1 << chance.randrange(8),)) + content[at + 1:]),
    "cut": lambda content, at, chance: content[:at],
    "zero": lambda content, at, chance: content[:at] + bytes(len(content[at:at + 512]))
    + content[at + 512:],
    "zero end": lambda content, at, chance: content[:at] + bytes(len(content) - at),
    "garbage": lambda content, at, chance: content + chance.randbytes(chance.randrange(1, 300)),
    "nul tail": lambda content, at, chance: content + bytes(chance.randrange(1, 5000)),
    "feed": lambda content, at, chance: content[:at] + b"\n" + content[at:],
    "double": _double, "swap": _swap, "drop": _drop,
    "delete": lambda content, at, chance: None, "cursor": None}


def _cursor(folder, chance):
    name = chance.choice(sorted(name for name in os.listdir(folder) if name.endswith(".json")))
    path = os.path.join(folder, name)
    with open(path, "rb") as file:
        content = file.read()
    if chance.random() < 0.5:
        content = content[:chance.randrange(len(content))]
    else:
        cursor = json.loads(content)
        for member in ("seq", "high"):
            if member in cursor:
                cursor[member] += chance.choice((-1, 0, 1, 1000))
        content = json.dumps(cursor).encode()
    with open(path, "wb") as file:
        file.write(content)
    return f"cursor {name}: {content[:80]!r}"
