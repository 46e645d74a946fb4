"""Ends the process: at random moments, at named points, and while it recovers."""
import os
import random
import shutil
import time

from lab import oplog, powercut
from lab.oracle import Examination, describe
from lab.report import Tally
from lab.server import Refused
from lab.workload import Traffic

HOPS = ("1-accepted/", "2-mapped/", "3-committed/", "4-attempts/")
# name -> (operation, part of the path, how often it happens in 100 writes, about)
POINTS = {f"write {hop[:-1]}": ("write", hop, 60) for hop in HOPS}
POINTS |= {f"fdatasync {hop[:-1]}": ("fdatasync", hop, 60 if hop[0] == "3" else 5) for hop in HOPS}
POINTS |= {f"segment made {hop[:-1]}": ("open", hop, 4) for hop in HOPS}
POINTS |= {f"segment rename {hop[:-1]}": ("rename", hop, 4) for hop in HOPS}
POINTS |= {f"segment fsync {hop[:-1]}": ("fsync", hop, 4) for hop in HOPS}
POINTS |= {f"directory sync {hop[:-1]}": ("dirsync", hop[:-1], 4) for hop in HOPS}
POINTS |= {f"unlink {hop[:-1]}": ("unlink", hop, 3) for hop in HOPS}
POINTS |= {
    "cursor write": ("write", "cursors/", 8), "cursor fsync": ("fsync", "cursors/", 8),
    "cursor rename": ("rename", "cursors/", 8), "cursor directory": ("dirsync", "cursors", 5),
    "witness rename": ("rename", "cursors/durable", 2),
    "delivery cursor rename": ("rename", "cursors/delivery", 4),
    "snapshot made": ("open", "snapshots/", 1), "snapshot write": ("write", "snapshots/", 2),
    "snapshot fsync": ("fsync", "snapshots/", 1), "snapshot rename": ("rename", "snapshots/", 1),
    "snapshot directory": ("dirsync", "snapshots", 1),
    "snapshot unlink": ("unlink", "snapshots/", 1),
    "answer": ("answer", "", 100), "created": ("answer", "201 Created", 20),
    "delivery": ("deliver", "", 150), "any operation": ("any", "", 600)}


class Killing:
    """A row of crashes on one spool, each examined before the next."""

    def __init__(self, bench, technique, seed, command):
        self.bench, self.seed, self.command = bench, seed, command
        self.random = random.Random(seed)
        self.tally = Tally(technique)
        self.server, self.world = bench.fresh()
        self.crashed = os.path.join(bench.directory, "crashed")
        self.what = ""

    def traffic(self, target):
        """Writes until so many are acknowledged, or the server is gone."""
        traffic = Traffic(self.server, self.world, self.random)
        if self.random.random() < 0.2:
            self.bench.receiver.is_silent = True    # so that events pile up
        goal = self.world.acknowledged + target
        traffic.run(100_000, lambda: self.world.acknowledged >= goal, timeout=30)
        if self.world.acknowledged < goal:
            self.server.wait_end(5)     # its connections end a moment before it does
        return traffic

    def wait_for(self, fired, point, traffic):
        """Writes on until something seldom has happened, for a while."""
        traffic.run(200, fired)
        if point.startswith(("unlink", "dirsync", "fdatasync")) or "snapshots" in point:
            traffic.trickle(fired, 1.2)
        if fired():
            self.server.wait_end(0.2)

    def examine(self, traffic, extra=()):
        """After the end of the process. Whether all is well."""
        if traffic:
            traffic.end()
        loop, receiver = self.bench.loop, self.bench.receiver
        loop.drain()
        receiver.speak()
        shutil.rmtree(self.crashed, ignore_errors=True)
        shutil.copytree(self.server.spool, self.crashed, ignore=shutil.ignore_patterns("*.sock"))
        faults = [("other", text) for text in [*self.world.surprises, *extra]]
        self.world.surprises = []
        examination = Examination(self.server, self.world, list(receiver.receipts), self.random)
        faults += examination.run(receiver, keep_running=True)
        if faults:
            text = f"{self.what}\n{describe(faults)}\n\n{self.server.log.decode()}"
            where = self.bench.save(
                f"{self.tally.technique}-{self.seed}-{self.tally.runs}", self.crashed,
                self.server.spool, text=text)
            self.tally.note_faults(faults, where, self.command)
            return False
        self.world.adopt(examination.found, examination.ids)
        self.world.mark_base()
        return True

    def close(self):
        self.server.kill()
        self.bench.loop.drain()


def kill(bench, seed, runs, command, options):
    """kill -9 at a random moment, mostly soon after something was renamed or deleted."""
    row = Killing(bench, "kill", seed, command)
    server, control, chance = row.server, bench.control, row.random
    server.start()
    for _ in range(runs):
        if not server.is_running:
            server.start()
        control.arm()
        before = row.world.acknowledged
        traffic = row.traffic(chance.randint(options.writes, options.writes * 3 // 2))
        aim = chance.choice(("newest_event", "newest_event", "snapshot", "deletion", None))
        if aim:
            mark = time.monotonic_ns()
            if aim == "newest_event":
                traffic.run(300, lambda: getattr(control, aim) > mark)
            else:
                traffic.trickle(lambda: getattr(control, aim) > mark, 1.3)
        pause = time.monotonic() + chance.random() * 0.02
        traffic.run(100_000, lambda: time.monotonic() > pause)
        row.what = "kill -9"
        event = control.newest_event
        server.kill()
        row.tally.note_run(row.world.acknowledged - before, server.kill_time, event)
        if not row.examine(traffic):
            break
    row.close()
    return row.tally


def failpoint(bench, seed, runs, command, options):
    """kill -9 before or after the n-th occurrence of a named point, or in the middle of a write."""
    row = Killing(bench, "failpoint", seed, command)
    server, control, chance = row.server, bench.control, row.random
    for _ in range(runs):
        server.kill()
        name = chance.choice(list(POINTS))
        operation, pattern, often = POINTS[name]
        when = chance.choice(("before", "after"))
        action = "tear" if operation == "write" and chance.random() < 0.3 else "kill"
        number = chance.randint(1, max(1, often * options.writes // 150))
        rule = f"{operation},{'before' if action == 'tear' else when},{pattern},{number},{action}"
        row.what = f"{name}: {rule}"
        server.start(rules=rule)
        control.arm()
        before = row.world.acknowledged
        traffic = row.traffic(options.writes)
        row.wait_for(lambda: control.fired, operation, traffic)
        event, is_hit = control.newest_event, not server.is_running
        if not is_hit:
            server.kill()
        death = control.death if is_hit else server.kill_time
        row.tally.note_run(row.world.acknowledged - before, death, event, is_hit)
        extra = []
        if is_hit and server.code != -9:
            extra.append(f"the server ended with {server.code}: {server.log[-600:]!r}")
        extra += recovery_kills(server, chance, row)
        if not row.examine(traffic, extra):
            break
    row.close()
    return row.tally


def recovery_kills(server, chance, row):
    """Sometimes ends the next starts as well, before some operation of theirs."""
    while chance.random() < 0.3:
        number = chance.randint(1, 80)
        row.what += f"; then start killed at operation {number}"
        try:
            server.start(rules=f"any,{chance.choice(('before', 'after'))},,{number},kill",
                         armed=True)
        except Refused as error:
            if error.code != -9:
                return [f"a start ended with {error.code}: {error}"]
        server.kill()
        row.bench.loop.drain()
    return []


# ------------------------------------------------------------------ calls that fail

FAULTS = ("EIO", "ENOSPC", "short", "EINTR", "delay", "EDQUOT")
HARMLESS = ("short", "delay")


def iofault(bench, seed, runs, command, options):
    """Makes calls fail; the server must end with 74 or go on, and lose nothing either way."""
    row = Killing(bench, "iofault", seed, command)
    server, control, chance = row.server, bench.control, row.random
    for _ in range(runs):
        server.kill()
        rule, action = draw_fault(chance, options)
        is_at_start = chance.random() < 0.15
        # A failed sync drops the pages it was for: the cache shows them, the disk lost them.
        disk = oplog.Disk(server.spool) if chance.random() < 0.3 else None
        row.what = f"{rule}{' at the start' if is_at_start else ''}{', then power' if disk else ''}"
        before, extra, traffic = row.world.acknowledged, [], None
        bench.clear_log()
        try:
            server.start(rules=rule, armed=is_at_start, log=bench.oplog if disk else None)
            control.arm()
            traffic = row.traffic(options.writes)
            row.wait_for(lambda: control.fired, rule, traffic)
        except Refused as error:
            if error.code != 74:
                extra.append(f"a start ended with {error.code}: {error}")
        event, fired = control.newest_event, control.fired
        if traffic and server.is_running and row.world.acknowledged - before < options.writes:
            extra.append("the server neither answers nor ends")
        if traffic and not server.is_running and (server.code != 74 or action in HARMLESS):
            extra.append(f"the server ended with {server.code}: {server.log[-600:]!r}")
        server.kill()
        row.tally.note_run(row.world.acknowledged - before, control.death, event, fired)
        if disk:
            operations = oplog.read(bench.oplog, control.log_used)
            powercut.cut_after(operations, disk, server.spool, chance)
        if not row.examine(traffic, extra):
            break
    row.close()
    return row.tally


def draw_fault(chance, options):
    name = chance.choice([name for name, point in POINTS.items()
                          if point[0] not in ("answer", "deliver", "any")])
    operation, pattern, often = POINTS[name]
    actions = FAULTS if operation == "write" else [word for word in FAULTS if word != "short"]
    action = chance.choice(actions)
    number = str(chance.randint(1, max(1, often * options.writes // 150)))
    if action in HARMLESS and chance.random() < 0.7:
        number = "*" + str(chance.randint(1, 5))
    argument = f",{chance.choice((1, 5, 20))}" if action == "delay" else ""
    return f"{operation},before,{pattern},{number},{action}{argument}", action
