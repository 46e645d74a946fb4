#!/usr/bin/env python3
"""Crashes the server in every way it can think of and asks whether it kept its word.

  crashlab.py all                     a minute of everything
  crashlab.py kill --runs 3000        kill -9 at random moments
  crashlab.py failpoint --seconds 600 kill -9 at named points, in starts too
  crashlab.py powercut --runs 4000    disks a power cut could have left
  crashlab.py iofault                 calls that fail: EIO, ENOSPC, short writes, slow syncs
  crashlab.py damage                  what both readers say of a spool that was tampered with
  crashlab.py disk                    a real ext4: shut down, and filled; as root
  crashlab.py --self-test             a disk that lies must be found out
"""
import argparse
import atexit
import multiprocessing
import multiprocessing.connection
import os
import random
import shlex
import signal
import sys
import tempfile
import time

CRASH = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, CRASH)
from lab import damage, disk, kills, powercut  # noqa: E402
from lab.bench import Bench  # noqa: E402
from lab.report import Tally, table  # noqa: E402

# technique -> (function, runs of a group, runs of a short look)
TECHNIQUES = {
    "kill": (kills.kill, 10, 40), "failpoint": (kills.failpoint, 10, 60),
    "powercut": (powercut.powercut, 40, 80), "iofault": (kills.iofault, 10, 40),
    "disk": (disk.disk, 4, 4), "damage": (damage.damage, 100, 200), "self-test": (powercut.self_test, 20, 20)}
SHARES = {"kill": 0.12, "failpoint": 0.25, "powercut": 0.43, "iofault": 0.20}

bench = None
options = None


def main():
    global options
    options = parse()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))
    for path in (options.work, options.keep):
        os.makedirs(path, mode=0o700, exist_ok=True)
    if options.replay:
        return replay()
    names = plan()
    tallies = []
    for name, runs in names.items():
        tallies.append(run(name, runs))
        for faults, where, command in tallies[-1].failures:
            print(f"FAILED {name}: {faults[0][0]}: {faults[0][1][:300]}\n  kept in {where}\n"
                  f"  again: {command}", flush=True)
    print(table(tallies, options.seed))
    if options.self_test:
        is_found = tallies[0].faults["lost"] > 0
        print("the lie was found: acknowledged writes were missed" if is_found
              else "THE LIE WAS NOT FOUND")
        return 0 if is_found else 1
    return 1 if any(tally.failures for tally in tallies) else 0


def parse():
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    add = parser.add_argument
    modes = [name for name in TECHNIQUES if name != "self-test"] + ["all"]
    add("mode", nargs="?", default="all", choices=modes)
    add("--binary", default=default_binary(), help="scim-hris; of a release build by default")
    add("--runs", type=int, help="crashes; of all techniques together with all")
    add("--seconds", type=float, help="stop beginning new groups after this long")
    add("--seed", type=int, default=random.SystemRandom().randrange(1 << 32))
    add("--group", type=int, help="only the group of crashes with this seed")
    add("--jobs", type=int, default=2 * os.cpu_count(), help="at a time; much of it is waiting")
    add("--writes", type=int, default=100, help="acknowledged writes before each crash, at least")
    add("--work", default=default_work(), help="where spools are made")
    add("--keep", default=os.path.join(tempfile.gettempdir(), "crashlab-failures"),
        help="where failures are kept")
    add("--replay", help="a kept failure of powercut")
    add("--self-test", action="store_true")
    parsed = parser.parse_args()
    if not os.access(parsed.binary, os.X_OK):
        parser.error(f"there is no program at {parsed.binary}: swift build -c release")
    return parsed


def default_binary():
    return os.path.normpath(os.path.join(CRASH, "../../.build/release/scim-hris"))


def default_work():
    return "/dev/shm" if os.access("/dev/shm", os.W_OK) else tempfile.gettempdir()


def plan():
    """How many runs of which technique."""
    if options.self_test:
        return {"self-test": options.runs or 20}
    if options.mode != "all":
        return {options.mode: options.runs or (10 ** 9 if options.seconds
                                               else TECHNIQUES[options.mode][2])}
    if options.runs:
        return {name: max(1, int(options.runs * share)) for name, share in SHARES.items()} | {
            "damage": TECHNIQUES["damage"][2], "disk": TECHNIQUES["disk"][2]}
    if options.seconds:
        return {name: 10 ** 9 for name in SHARES} | {"damage": TECHNIQUES["damage"][2], "disk": TECHNIQUES["disk"][2]}
    return {name: TECHNIQUES[name][2] for name in (*SHARES, "damage", "disk")}


def run(name, runs):
    """All groups of a technique, several at a time."""
    size = TECHNIQUES[name][1]
    started = time.monotonic()
    share = SHARES.get(name, 1) if options.mode == "all" else 1
    end = started + options.seconds * share if options.seconds else None
    total = Tally(name)
    tasks = groups(name, runs, size, end)
    if options.jobs == 1 or options.group is not None:
        set_up(options)
        for task in tasks:
            total.add(group(task))
        bench.close()
        atexit.unregister(bench.close)
    else:
        for tally in parallel(tasks, options.jobs):
            total.add(tally)
    total.seconds = time.monotonic() - started
    return total


def parallel(tasks, jobs):
    """Hands each worker the next task when it is done with one; yields what they found."""
    workers = {}
    try:
        for _ in range(jobs):
            mine, theirs = multiprocessing.Pipe()
            worker = multiprocessing.Process(target=work, args=(options, theirs))
            worker.start()
            theirs.close()
            workers[mine] = worker
            mine.send(next(tasks, None))
        while workers:
            for pipe in multiprocessing.connection.wait(list(workers)):
                try:
                    tally = pipe.recv()
                except EOFError:
                    workers.pop(pipe).join()
                    continue
                yield tally
                pipe.send(next(tasks, None))
    finally:
        for worker in workers.values():
            worker.terminate()
        for worker in workers.values():
            worker.join()


def work(given, pipe):
    set_up(given)
    try:
        while (task := pipe.recv()) is not None:
            pipe.send(group(task))
    finally:
        bench.close()


def groups(name, runs, size, end):
    """(technique, seed, runs) one after the other, until there are enough or time is over."""
    if options.group is not None:
        yield name, options.group, min(runs, size)
        return
    seeds = random.Random(f"{options.seed} {name}")
    while runs > 0 and (end is None or time.monotonic() < end):
        yield name, seeds.getrandbits(48), min(runs, size)
        runs -= size


def set_up(given):
    global options, bench
    options = given
    # A job that is told to end still ends its server and removes its directory.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))
    signal.signal(signal.SIGINT, lambda *_: sys.exit(1))
    bench = Bench(options.binary, options.work, options.keep)
    if not multiprocessing.parent_process():
        atexit.register(bench.close)


def group(task):
    name, seed, runs = task
    words = [sys.argv[0], name if name != "self-test" else "--self-test", "--binary",
             options.binary, "--group", str(seed), "--writes", str(options.writes)]
    command = " ".join(shlex.quote(word) for word in words)
    function = TECHNIQUES[name][0]
    try:
        return function(bench, seed, runs, command, options)
    except Exception:
        import traceback
        tally = Tally(name)
        tally.note_faults([("other", traceback.format_exc())], bench.directory, command)
        return tally


def replay():
    set_up(options)
    tally = powercut.replay(bench, options.replay)
    for faults, _, _ in tally.failures:
        print("\n".join(f"{kind}: {text}" for kind, text in faults))
    bench.close()
    print("the fault is there" if tally.failures else "no fault")
    return 1 if tally.failures else 0


if __name__ == "__main__":
    sys.exit(main())
