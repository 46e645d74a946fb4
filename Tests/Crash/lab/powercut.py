"""Cuts the power: one recorded run, and many disks that a cut at some moment could have left."""
import json
import os
import pickle
import random
import shutil
import time

from lab import oplog
from lab.oracle import Examination, describe
from lab.report import Tally
from lab.server import Refused, Server
from lab.workload import Traffic

LIE = "fdatasync,before,,*1,lie;fsync,before,,*1,lie;dirsync,before,,*1,lie"


class Recording:
    """A run written down: operations, what was sent and answered, what was delivered."""

    def __init__(self, base, operations, world, receipts, made, port):
        self.base, self.operations, self.world = base, operations, world
        self.receipts, self.made, self.port = receipts, made, port
        self.events = [index for index, operation in enumerate(operations)
                       if operation.event_kind]
        self.answers = [index for index, operation in enumerate(operations)
                        if operation.is_answer]

    @classmethod
    def make(cls, bench, chance, writes, rules=""):
        server, world = bench.fresh()
        bench.clear_log()
        server.start(rules=rules, log=bench.oplog)
        bench.control.arm()
        traffic = Traffic(server, world, chance)
        goal = world.acknowledged + writes
        silent = goal - chance.choice((0, 0, 0, writes // 2))
        traffic.run(100_000, lambda: world.acknowledged >= silent, timeout=60)
        bench.receiver.is_silent = silent < goal
        traffic.run(100_000, lambda: world.acknowledged >= goal, timeout=60)
        # Retention looks once a second.
        traffic.trickle(lambda: False, chance.choice((0, 1.2, 2.3)))
        server.kill()
        traffic.end()
        bench.loop.drain()
        bench.receiver.speak()
        operations = oplog.read(bench.oplog, bench.control.log_used)
        if world.acknowledged < goal:
            raise RuntimeError(f"only {world.acknowledged} writes were acknowledged: "
                               f"{server.log[-500:]} {world.surprises}")
        return cls(bench.base, operations, world, list(bench.receiver.receipts), bench.made,
                   bench.receiver.port)

    def draw_cut(self, chance):
        """After how many operations the power goes: mostly near a rotation, snapshot or deletion,
        or right behind an answer."""
        first = self.answers[0] if self.answers else 0
        word = chance.random()
        if word < 0.5 and self.events:
            cut = chance.choice(self.events) + chance.randint(-6, 30)
        elif word < 0.8 and self.answers:
            cut = chance.choice(self.answers) + 1
        else:
            cut = chance.randint(first, len(self.operations))
        return min(max(cut, 1), len(self.operations))

    def at(self, cut):
        """World, impossible writes, deliveries and last event's time, as of a cut."""
        answered, sent, event_time = set(), set(), 0
        for operation in self.operations[:cut]:
            if operation.is_answer:
                answered.add(operation.request)
            elif operation.is_delivery:
                sent.add(operation.event)
            elif operation.event_kind:
                event_time = operation.time
        world, impossible = self.world.copy_at(answered)
        known = {receipt.event for receipt in self.receipts}
        receipts = [receipt for receipt in self.receipts
                    if receipt.event in sent or receipt.event in self.before]
        return world, impossible, receipts, event_time, sent - known

    @property
    def before(self):
        """Events delivered before the recorded run."""
        if not hasattr(self, "_before"):
            during = {operation.event for operation in self.operations if operation.is_delivery}
            self._before = {receipt.event for receipt in self.receipts} - during
        return self._before

    def rebuild(self, cuts, directory):
        """Yields for each of the ascending cuts a function that writes one disk."""
        disk, done = oplog.Disk(self.base), 0
        for cut in cuts:
            for operation in self.operations[done:cut]:
                disk.take(operation)
            done = cut
            yield disk


def powercut(bench, seed, runs, command, options, rules=""):
    chance = random.Random(seed)
    tally = Tally("powercut")
    recording = Recording.make(bench, chance, options.writes * 5 // 2, rules)
    if recording.world.surprises:
        tally.note_faults([("other", text) for text in recording.world.surprises],
                          bench.directory, command)
    cuts = sorted(recording.draw_cut(chance) for _ in range(runs))
    for cut, disk in zip(cuts, recording.rebuild(cuts, bench.spool)):
        rebuild_seed = chance.getrandbits(48)
        plan = oplog.Plan.draw(random.Random(rebuild_seed))
        if rules and tally.runs % 2 == 0:
            plan = oplog.Plan("synced", "none")         # the lie in full
        faults, world, event_time = examine(bench, recording, disk, cut, plan, rebuild_seed)
        tally.note_run(world.acknowledged, recording.operations[cut - 1].time, event_time)
        if faults and rules:
            tally.note_faults(faults, "", "")       # a self-test: that is what was wanted
        elif faults:
            where = keep(bench, recording, cut, plan, rebuild_seed, faults, seed)
            tally.note_faults(faults, where, f"{command} --replay {where}")
            if len(tally.failures) > 3:
                break
    return tally


def examine(bench, recording, disk, cut, plan, seed):
    """Builds one disk and brings the server up on it."""
    chance = random.Random(seed)
    world, impossible, receipts, event_time, _ = recording.at(cut)
    shutil.rmtree(bench.spool, ignore_errors=True)
    disk.rebuild(bench.spool, chance, plan)
    server = Server(bench.loop, bench.binary, bench.spool, bench.control, recording.made)
    while chance.random() < 0.2:
        try:
            receipts += cut_recovery(bench, server, chance)
        except Refused as error:
            return [("refused", f"before a second cut: {error}")], world, event_time
    crashed = os.path.join(bench.directory, "crashed")
    shutil.rmtree(crashed, ignore_errors=True)
    shutil.copytree(bench.spool, crashed)
    bench.receiver.receipts = []
    examination = Examination(server, world, receipts, chance, impossible)
    faults = examination.run(bench.receiver, keep_running=False)
    bench.loop.drain()
    if faults:
        faults.append(("other", server.log.decode("utf-8", "replace")[-1000:]))
    return faults, world, event_time


def cut_recovery(bench, server, chance):
    """Starts the server and cuts the power again while it recovers, or soon after.
    Returns what it delivered until then."""
    disk = oplog.Disk(server.spool)
    bench.clear_log()
    bench.receiver.receipts = []
    server.start(log=bench.oplog)
    pause = time.monotonic() + chance.choice((0, 0.002, 0.03))
    bench.loop.run(lambda: time.monotonic() > pause, 1)
    server.kill()
    bench.loop.drain()
    operations = oplog.read(bench.oplog, bench.control.log_used)
    operations = operations[:chance.randint(1, len(operations))]
    cut_after(operations, disk, server.spool, chance)
    sent = {operation.event for operation in operations if operation.is_delivery}
    return [receipt for receipt in bench.receiver.receipts if receipt.event in sent]


def cut_after(operations, disk, spool, chance):
    """Puts in the place of a spool what a cut after these operations may leave of it."""
    for operation in operations:
        disk.take(operation)
    shutil.rmtree(spool)
    disk.rebuild(spool, chance, oplog.Plan.draw(chance))


def keep(bench, recording, cut, plan, rebuild_seed, faults, seed):
    text = f"cut after operation {cut}, {plan}, rebuild seed {rebuild_seed}\n{describe(faults)}\n"
    where = bench.save(f"powercut-{seed}-{cut}-{rebuild_seed}",
                       os.path.join(bench.directory, "crashed"), bench.spool, bench.base, text=text)
    with open(os.path.join(where, "recording"), "wb") as file:
        pickle.dump((recording.operations, recording.world, recording.receipts), file)
    with open(os.path.join(where, "replay.json"), "w") as file:
        json.dump({"cut": cut, "content": plan.content_word, "names": plan.names_word,
                   "seed": rebuild_seed, "port": recording.port, "made": recording.made}, file)
    return where


def replay(bench, where):
    """Builds a kept disk again and examines it again."""
    with open(os.path.join(where, "replay.json")) as file:
        facts = json.load(file)
    with open(os.path.join(where, "recording"), "rb") as file:
        operations, world, receipts = pickle.load(file)
    recording = Recording(os.path.join(where, "base"), operations, world, receipts,
                          facts["made"], facts["port"])
    bench.listen(facts["port"])
    disk = next(recording.rebuild([facts["cut"]], bench.spool))
    plan = oplog.Plan(facts["content"], facts["names"])
    faults, world, _ = examine(bench, recording, disk, facts["cut"], plan, facts["seed"])
    tally = Tally("powercut")
    tally.note_run(world.acknowledged, 0, 0)
    tally.note_faults(faults, where, "")
    return tally


def self_test(bench, seed, runs, command, options):
    """The same with syncs that do nothing: here lost writes must be found."""
    tally = powercut(bench, seed, runs, command, options, rules=LIE)
    tally.technique, tally.failures = "self-test", []
    return tally

