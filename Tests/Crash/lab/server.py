"""The server as a process: started with the interposer, asked, stopped, killed."""
import functools
import json
import mmap
import os
import signal
import struct
import subprocess
import time

import spool_format
from lab.loop import Client

CRASH = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
FIELDS = ("armed", "fired", "death", "rotation", "snapshot", "deletion", "operations", "log_used")
READY_WITHIN = 30


class Refused(Exception):
    """It ended before it was ready."""

    def __init__(self, code, log):
        super().__init__(f"the start ended with {code}: {log[-600:]}")
        self.code = code


class Control:
    """The page shared with the interposer; see struct control in faultio.c."""

    def __init__(self, path):
        self.path = path
        with open(path, "wb") as file:
            file.truncate(4096)
        with open(path, "r+b") as file:
            self.page = mmap.mmap(file.fileno(), 4096)

    def __getattr__(self, name):
        return struct.unpack_from("<Q", self.page, 8 * FIELDS.index(name))[0]

    def reset(self, armed):
        self.page[:] = struct.pack("<Q", int(armed)).ljust(4096, b"\0")

    def arm(self):
        struct.pack_into("<Q", self.page, 0, 1)

    @property
    def newest_event(self):
        """When a segment or snapshot last got its name or was deleted."""
        return max(self.rotation, self.snapshot, self.deletion)

    def close(self):
        self.page.close()


@functools.cache
def interposer():
    with open(os.path.join(CRASH, "faultio.c")) as file:
        library = spool_format.compile_library("faultio", file.read(), ("-Wno-unused-result",))
    if library is None:
        raise RuntimeError("faultio.c needs a C compiler: cc, clang or $CC")
    return library


class Server:
    """One spool and whichever process serves it."""
    running = set()                     # what must not outlive this process
    FLAGS = ("--segment-bytes", "64KiB", "--snapshot-every", "200", "--spool-keep", "0s",
             "--events-keep", "0s", "--disk-reserve", "1MiB", "--log-format", "json",
             "--allow-webhook-net", "127.0.0.0/8", "--listen", "127.0.0.1:0")

    def __init__(self, loop, binary, spool, control, made=None):
        self.loop, self.binary, self.spool, self.control = loop, binary, spool, control
        self.made = made                # what the first start made
        self.process = None
        self.port = 0
        self.log = b""
        self.code = None
        self.kill_time = 0

    # -- life and death

    def start(self, rules="", log=None, armed=False, credentials=None):
        self.launch(rules, log, armed, credentials)
        self.loop.run(lambda: self.port or self.process is None, READY_WITHIN)
        if not self.port:
            code = self.code if self.process is None else "no answer"
            text = self.log.decode("utf-8", "replace")
            self.kill()
            raise Refused(code, text)
        if credentials:
            with open(credentials) as file:
                self.made = json.load(file)

    def launch(self, rules="", log=None, armed=False, credentials=None):
        self.control.reset(armed)
        environment = {
            name: value for name, value in os.environ.items()
            if not name.startswith(("SCIM_HRIS_", "FAULTIO_"))}
        environment.update(
            LD_PRELOAD=interposer(), FAULTIO_SPOOL=self.spool, FAULTIO_CONTROL=self.control.path,
            FAULTIO_RULES=rules)
        if log:
            environment["FAULTIO_LOG"] = log
        words = [self.binary, "serve", "--spool", self.spool, *self.FLAGS]
        if credentials:
            words += ["--credentials", credentials]
        self.log, self.port, self.code, self.kill_time = b"", 0, None, 0
        self.process = subprocess.Popen(
            words, env=environment, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT)
        Server.running.add(self.process)
        os.set_blocking(self.process.stdout.fileno(), False)
        self.loop.add(self.process.stdout, self._readable)

    def _readable(self):
        data = self.process.stdout.read()
        if data is None:
            return
        if not data:
            return self._ended()
        self.log += data
        if not self.port and b'"ready"' in self.log:
            for line in self.log.split(b"\n")[:-1]:
                if b'"message":"ready"' in line:
                    self.port = int(json.loads(line)["listen"].rpartition(":")[2])

    def _ended(self):
        self.loop.remove(self.process.stdout)
        self.process.stdout.close()
        self.code = self.process.wait()
        Server.running.discard(self.process)
        self.process = None
        self.port = 0

    @property
    def is_running(self):
        return self.process is not None

    def signal(self, number):
        if self.process:
            self.process.send_signal(number)

    def kill(self):
        self.kill_time = time.monotonic_ns()
        self.signal(signal.SIGKILL)
        self.wait_end(20)

    def stop(self):
        """Asks it to end; whether it did so cleanly."""
        self.signal(signal.SIGTERM)
        if not self.wait_end(20):
            self.kill()
            return False
        return self.code == 0

    def wait_end(self, timeout):
        return self.loop.run(lambda: self.process is None, timeout)

    # -- talking to it

    def scim(self):
        path = "/" + self.made["baseUrl"].split("/", 3)[3]
        return Client(self.loop, ("127.0.0.1", self.port), path, self.made["apiToken"])

    def owner(self):
        return Client(self.loop, self.spool + "/control.sock", "/api")

    # -- the program's tools

    def tool(self, *words):
        """Exit code and output of a command that reads a spool."""
        done = subprocess.run(
            [self.binary, "spool", *words, "--json", "--spool", self.spool],
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT, stdin=subprocess.DEVNULL)
        text = done.stdout.decode("utf-8", "replace")
        try:
            return done.returncode, json.loads(text)
        except ValueError:
            return done.returncode, {"text": text}
