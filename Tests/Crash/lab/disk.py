"""A real ext4 in a file: shut down in the middle of writes, as a power cut would, and filled up.

Needs root, loop devices and mkfs.ext4; where they are missing it says so and does nothing.
"""
import fcntl
import os
import shutil
import struct
import subprocess
import time

from lab.kills import Killing
from lab.report import Tally

IMAGE_BYTES = 96 << 20
EXT4_IOC_SHUTDOWN = 0x8004587D
# What happens to the journal's newest part: written out, or lost, as when the power goes.
FLUSH, NO_FLUSH = 1, 2


class Volume:
    """An image file with ext4 on it, mounted."""

    def __init__(self, directory):
        self.image = os.path.join(directory, "image")
        self.path = os.path.join(directory, "volume")
        with open(self.image, "wb") as file:
            file.truncate(IMAGE_BYTES)
        _run("mkfs.ext4", "-q", "-F", self.image)
        os.makedirs(self.path, exist_ok=True)
        self.mount()

    def mount(self):
        _run("mount", "-o", "loop", self.image, self.path)

    def unmount(self):
        """Everything that uses it must have ended."""
        for _ in range(50):
            if subprocess.run(["umount", self.path], capture_output=True).returncode == 0:
                return
            time.sleep(0.02)
        _run("umount", "-l", self.path)

    def shut_down(self, flags):
        """Every call fails from here on; what the journal had not written is lost."""
        descriptor = os.open(self.path, os.O_RDONLY)
        try:
            fcntl.ioctl(descriptor, EXT4_IOC_SHUTDOWN, struct.pack("I", flags))
        finally:
            os.close(descriptor)

    def fill(self):
        """Takes all space there is; the path of what takes it."""
        path = os.path.join(self.path, "filler")
        with open(path, "ab", buffering=0) as file:
            for size in (1 << 20, 4096, 512):
                try:
                    while True:
                        file.write(bytes(size))
                except OSError:
                    continue
        return path


def _run(*words):
    subprocess.run(words, check=True, capture_output=True)


def missing():
    """Why this cannot be done here; nil when it can."""
    if os.geteuid() != 0:
        return "needs root"
    for tool in ("mkfs.ext4", "mount", "umount"):
        if not shutil.which(tool):
            return f"needs {tool}"
    if not os.path.exists("/dev/loop-control"):
        return "needs loop devices"
    return None


def disk(bench, seed, runs, command, options):
    """A volume is shut down, or filled, while writes arrive; then examined on the same volume."""
    reason = missing()
    if reason is None:
        try:
            volume = Volume(bench.directory)
        except subprocess.CalledProcessError as error:
            reason = f"cannot mount an image here ({error.stderr.decode().strip()})"
    if reason:
        tally = Tally("disk")
        tally.notes.add(f"skipped: {reason}")
        return tally
    spool = bench.spool
    bench.volumes.append(volume)
    bench.spool = os.path.join(volume.path, "spool")
    row = Killing(bench, "disk", seed, command)
    _run("sync", "-f", volume.path)     # what was copied there counts as old
    try:
        for number in range(runs):
            if not (_shut_down(row, volume, options) if number % 2 == 0
                    else _fill(row, volume, options)):
                break
    finally:
        row.close()
        bench.spool = spool
        bench.volumes.remove(volume)
        volume.unmount()
    return row.tally


def _shut_down(row, volume, options):
    server, control = row.server, row.bench.control
    server.kill()
    server.start()
    control.arm()
    before, flags = row.world.acknowledged, row.random.choice((FLUSH, NO_FLUSH, NO_FLUSH))
    row.what = f"ext4 shut down, flags {flags}"
    traffic = row.traffic(row.random.randint(options.writes, options.writes * 3 // 2))
    loop, receiver = row.bench.loop, row.bench.receiver
    loop.drain()
    delivered, event, death = len(receiver.receipts), control.newest_event, time.monotonic_ns()
    volume.shut_down(flags)
    # What is answered and delivered from here on proves nothing: a sync that the shutdown overtakes
    # may return 0 for what is lost. When the power goes nobody is there to answer.
    traffic.end()
    extra = []
    if not server.wait_end(5):
        extra.append("the server goes on although its disk is gone")
    elif server.code != 74:
        extra.append(f"the server ended with {server.code}: {server.log[-600:]!r}")
    server.kill()
    loop.drain()
    del receiver.receipts[delivered:]
    volume.unmount()
    volume.mount()
    row.tally.note_run(row.world.acknowledged - before, death, event)
    return row.examine(traffic, extra)


def _fill(row, volume, options):
    server, control = row.server, row.bench.control
    server.kill()
    server.start()
    control.arm()
    before = row.world.acknowledged
    row.what = "ext4 filled to 100 %"
    traffic = row.traffic(options.writes)
    filler = volume.fill()
    pause = time.monotonic() + 1.5
    traffic.run(100_000, lambda: time.monotonic() > pause)
    server.wait_end(1)
    extra = []
    if not server.is_running and server.code != 74:
        extra.append(f"the server ended with {server.code}: {server.log[-600:]!r}")
    event, death = control.newest_event, time.monotonic_ns()
    server.kill()
    os.unlink(filler)
    row.tally.note_run(row.world.acknowledged - before, death, event)
    return row.examine(traffic, extra)
