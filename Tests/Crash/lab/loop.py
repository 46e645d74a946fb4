"""One thread for everything a job talks to: clients of the server, its log, its webhook."""
import collections
import json
import selectors
import socket
import time


class Loop:
    def __init__(self):
        self.selector = selectors.DefaultSelector()

    def add(self, file, callback):
        self.selector.register(file, selectors.EVENT_READ, callback)

    def remove(self, file):
        try:
            self.selector.unregister(file)
        except (KeyError, ValueError):
            pass

    def turn(self, timeout):
        for key, _ in self.selector.select(timeout):
            key.data()

    def drain(self):
        """Takes what has arrived already."""
        for _ in range(1000):
            ready = self.selector.select(0)
            if not ready:
                return
            for key, _ in ready:
                key.data()

    def run(self, until, timeout):
        """Turns until `until` holds; whether it does."""
        end = time.monotonic() + timeout
        while not until():
            left = end - time.monotonic()
            if left <= 0:
                return False
            self.turn(min(left, 0.05))
        return True


class Answer:
    __slots__ = ("status", "request", "body")

    def __init__(self, status, request, body):
        self.status, self.request, self.body = status, request, body

    @property
    def json(self):
        return json.loads(self.body)


OWNER_HEAD = "Host: localhost\r\nContent-Type: application/json\r\n"


def scim_head(token):
    return ("Host: lab\r\nContent-Type: application/scim+json\r\n"
            f"Authorization: Bearer {token}\r\n")


class Client:
    """A keep-alive connection with at most one request in flight."""

    def __init__(self, loop, address, prefix="", token=None):
        family = socket.AF_UNIX if isinstance(address, str) else socket.AF_INET
        self.socket = socket.socket(family)
        self.socket.settimeout(10)
        self.socket.connect(address)
        if family == socket.AF_INET:
            self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.loop, self.prefix = loop, prefix
        self.head = scim_head(token) if token else OWNER_HEAD
        self.buffer = b""
        self.on_answer = None
        self.is_dead = False
        loop.add(self.socket, self._readable)

    def send(self, method, path, body, on_answer, via=None):
        """`on_answer` gets the Answer, or None when the connection ended before it.
        `via`: prefix and head of another caller."""
        data = json.dumps(body).encode() if body is not None else b""
        prefix, fields = via or (self.prefix, self.head)
        head = (f"{method} {prefix}{path} HTTP/1.1\r\n{fields}"
                f"Content-Length: {len(data)}\r\n\r\n")
        self.on_answer = on_answer
        try:
            self.socket.sendall(head.encode() + data)
        except OSError:
            self.end()

    def call(self, method, path, body=None, timeout=20):
        """Waits for the answer."""
        found = []
        self.send(method, path, body, found.append)
        self.loop.run(lambda: bool(found), timeout)
        if not found or found[0] is None:
            raise ConnectionError(f"{method} {path} was not answered")
        return found[0]

    def end(self):
        if self.is_dead:
            return
        self.is_dead = True
        self.loop.remove(self.socket)
        self.socket.close()
        if self.on_answer:
            callback, self.on_answer = self.on_answer, None
            callback(None)

    def _readable(self):
        try:
            data = self.socket.recv(1 << 18)
        except OSError:
            data = b""
        if not data:
            return self.end()
        self.buffer += data
        stop = self.buffer.find(b"\r\n\r\n")
        if stop < 0:
            return
        status, fields = parse_head(self.buffer[:stop])
        length = int(fields.get(b"content-length", 0))
        if len(self.buffer) < stop + 4 + length:
            return
        body = self.buffer[stop + 4:stop + 4 + length]
        self.buffer = self.buffer[stop + 4 + length:]
        request = fields.get(b"x-request-id", b"").decode()
        callback, self.on_answer = self.on_answer, None
        if callback:
            callback(Answer(int(status.split(b" ")[1]), request, body))


def parse_head(head):
    lines = head.split(b"\r\n")
    fields = {}
    for line in lines[1:]:
        name, _, value = line.partition(b":")
        fields[name.lower()] = value.strip()
    return lines[0], fields


Receipt = collections.namedtuple("Receipt", "event time body")


class Receiver:
    """Takes webhook deliveries and remembers all of them, in order."""
    OK = b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"

    def __init__(self, loop, port=0):
        self.loop = loop
        self.receipts = []
        self.is_silent = False          # takes events and does not answer
        self.unanswered = []
        self.listener = socket.create_server(("127.0.0.1", port), backlog=64)
        self.listener.setblocking(False)
        self.port = self.listener.getsockname()[1]
        loop.add(self.listener, self._accept)

    @property
    def url(self):
        return f"http://127.0.0.1:{self.port}/events"

    def _accept(self):
        try:
            connection, _ = self.listener.accept()
        except OSError:
            return
        buffer = bytearray()
        self.loop.add(connection, lambda: self._read(connection, buffer))

    def _read(self, connection, buffer):
        try:
            data = connection.recv(1 << 18)
        except OSError:
            data = b""
        if not data:
            self.loop.remove(connection)
            return connection.close()
        buffer += data
        while True:
            stop = buffer.find(b"\r\n\r\n")
            if stop < 0:
                return
            _, fields = parse_head(bytes(buffer[:stop]))
            end = stop + 4 + int(fields.get(b"content-length", 0))
            if len(buffer) < end:
                return
            self.take(fields, bytes(buffer[stop + 4:end]))
            del buffer[:end]
            self.unanswered.append(connection)
            if not self.is_silent:
                self.speak()

    def take(self, fields, body):
        """One delivery, before it is answered."""
        self.receipts.append(
            Receipt(fields.get(b"webhook-id", b"").decode(), time.monotonic_ns(), body))

    def speak(self):
        """Answers what has come and, from now on, what comes."""
        self.is_silent = False
        unanswered, self.unanswered = self.unanswered, []
        for connection in unanswered:
            try:
                connection.sendall(self.OK)
            except OSError:
                self.loop.remove(connection)
                connection.close()
