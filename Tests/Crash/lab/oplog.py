"""What the interposer wrote down, and the disks a power cut at any moment could have left.

Nothing here is what ext4 would do: any unsynced page, name or removal may be there or not, each for
itself. A spool that survives this survives a real file system, which keeps more.
"""
import mmap
import os
import struct

PAGE = 4096
RECORD = struct.Struct("<IBBHiIqQ")
OPEN, WRITE, SYNC_BEGIN, SYNC_END, RENAME, UNLINK, TRUNCATE, MKDIR, CLOSE, SEND, SYNC_FAILED = \
    range(1, 12)
O_CREAT, O_TRUNC = os.O_CREAT, os.O_TRUNC


class Operation:
    __slots__ = ("op", "fd", "number", "time", "path", "data")

    def __init__(self, op, fd, number, time, path, data):
        self.op, self.fd, self.number, self.time = op, fd, number, time
        self.path, self.data = path, data

    @property
    def request(self):
        """Of an answer: the id of the request it answers."""
        return _field(self.data, b"x-request-id")

    @property
    def event(self):
        """Of a delivery: the id of its event."""
        return _field(self.data, b"webhook-id")

    @property
    def is_answer(self):
        return self.op == SEND and self.data.startswith(b"HTTP/1.1 ")

    @property
    def is_delivery(self):
        return self.op == SEND and self.data.startswith(b"POST ")

    @property
    def event_kind(self):
        """Whether a segment or snapshot gets its name here, or goes."""
        if self.op == RENAME and self.data.endswith(b".jsonl"):
            return "snapshot" if self.data.startswith(b"snapshots/") else "rotation"
        if self.op == UNLINK and self.path.endswith(".jsonl"):
            return "deletion"
        return None


def _field(head, name):
    at = head.lower().find(b"\r\n" + name + b":")
    if at < 0:
        return ""
    start = at + len(name) + 3
    return head[start:head.find(b"\r\n", start)].strip().decode()


def read(path, used):
    """All operations of a log of which `used` bytes count."""
    found = []
    with open(path, "rb") as file:
        with mmap.mmap(file.fileno(), max(used, 1), prot=mmap.PROT_READ) as data:
            at = 0
            while at < used:
                length, op, _, path_length, fd, data_length, number, time = \
                    RECORD.unpack_from(data, at)
                begin = at + RECORD.size
                name = data[begin:begin + path_length].decode()
                begin += path_length
                found.append(Operation(
                    op, fd, number, time, name, data[begin:begin + data_length]))
                at += length
    return found


class Node:
    """A file's bytes: those on disk, and what was done to them since."""
    __slots__ = ("durable", "pending")

    def __init__(self, durable=b""):
        self.durable = bytearray(durable)
        self.pending = []               # (offset, data), or (length, None) for a truncation

    def settle(self, count):
        for operation in self.pending[:count]:
            _apply(self.durable, operation)
        del self.pending[:count]

    @property
    def current(self):
        content = bytearray(self.durable)
        for operation in self.pending:
            _apply(content, operation)
        return content


def _apply(content, operation):
    offset, data = operation
    if data is None:
        del content[offset:]
        content.extend(bytes(offset - len(content)))
        return
    if len(content) < offset:
        content.extend(bytes(offset - len(content)))
    content[offset:offset + len(data)] = data


class Disk:
    """The spool's directory as it goes along, volatile and durable."""

    def __init__(self, directory=None):
        self.names, self.durable = {}, {}       # path -> Node, or None for a directory
        self.pending = {}                       # directory -> [(what, path, path or Node)]
        self.files, self.begun = {}, {}         # by descriptor
        self.lost = []                          # nodes whose pages a failed sync dropped
        if directory:
            for path, content in walk(directory):
                node = None if content is None else Node(content)
                self.names[path] = self.durable[path] = node

    def take(self, operation):
        getattr(self, "_" + HANDLERS[operation.op])(operation)

    def _change(self, path, *change):
        self.pending.setdefault(os.path.dirname(path), []).append((change[0], path, *change[1:]))

    def _open(self, operation):
        path, flags = operation.path, operation.number
        if path == "" or (path in self.names and self.names[path] is None):
            self.files[operation.fd] = path     # a directory, to be synced
            return
        node = self.names.get(path)
        if node is None:
            if not flags & O_CREAT:
                return
            node = self.names[path] = Node()
            self._change(path, "link", node)
        elif flags & O_TRUNC:
            node.pending.append((0, None))
        self.files[operation.fd] = node

    def _write(self, operation):
        node = self.files.get(operation.fd)
        if isinstance(node, Node):
            node.pending.append((operation.number, operation.data))

    def _truncate(self, operation):
        node = self.files.get(operation.fd)
        if isinstance(node, Node):
            node.pending.append((operation.number, None))

    def _sync_begin(self, operation):
        file = self.files.get(operation.fd)
        pending = file.pending if isinstance(file, Node) else self.pending.get(file, [])
        self.begun[operation.fd] = (file, len(pending))

    def _sync_end(self, operation):
        file, count = self.begun.pop(operation.fd, (None, 0))
        if isinstance(file, Node):
            file.settle(count)
        elif file is not None:
            changes = self.pending.get(file, [])
            for change in changes[:count]:
                _rename(self.durable, change)
            del changes[:count]

    def _sync_failed(self, operation):
        file, _ = self.begun.pop(operation.fd, (self.files.get(operation.fd), 0))
        if isinstance(file, Node):
            self.lost.append(file)

    def _rename(self, operation):
        target = operation.data.decode()
        node = self.names.pop(operation.path, None)
        self.names[target] = node
        self._change(target, "rename", operation.path, node)

    def _unlink(self, operation):
        self.names.pop(operation.path, None)
        self._change(operation.path, "unlink")

    def _mkdir(self, operation):
        self.names[operation.path] = None
        self._change(operation.path, "link", None)

    def _close(self, operation):
        self.files.pop(operation.fd, None)

    def _send(self, operation):
        pass

    # -- after the cut

    def rebuild(self, target, random, plan):
        """Writes one of the possible disks; `plan` says how bad it is."""
        names = dict(self.durable)
        for changes in self.pending.values():
            for change in plan.names(random, changes):
                _rename(names, change)
        directories = sorted(path for path, node in names.items() if node is None)
        os.mkdir(target, 0o700)
        kept = {""}
        for path in directories:
            if os.path.dirname(path) in kept:
                kept.add(path)
                os.mkdir(os.path.join(target, path), 0o700)
        for path, node in sorted(names.items()):
            if node is None or os.path.dirname(path) not in kept:
                continue
            is_lost = any(node is lost for lost in self.lost)
            donors = [] if is_lost else self._donors(names, path)
            content = node.durable if is_lost else plan.content(random, node, donors)
            descriptor = os.open(os.path.join(target, path), os.O_CREAT | os.O_WRONLY, 0o600)
            with os.fdopen(descriptor, "wb") as file:
                file.write(content)


    @staticmethod
    def _donors(names, path):
        """What may once have stood in the blocks of a segment: older ones of its hop."""
        return [node.durable for other, node in names.items()
                if node is not None and node.durable and other < path
                and os.path.dirname(other) == os.path.dirname(path)]


HANDLERS = {OPEN: "open", WRITE: "write", SYNC_BEGIN: "sync_begin", SYNC_END: "sync_end",
            RENAME: "rename", UNLINK: "unlink", TRUNCATE: "truncate", MKDIR: "mkdir",
            CLOSE: "close", SEND: "send", SYNC_FAILED: "sync_failed"}


def _rename(names, change):
    what, path = change[0], change[1]
    if what == "link":
        names[path] = change[2]
    elif what == "unlink":
        names.pop(path, None)
    else:
        names.pop(change[2], None)
        names[path] = change[3]


def walk(directory):
    """(path below, bytes or None for a directory) of everything but sockets."""
    for root, directories, files in os.walk(directory):
        below = os.path.relpath(root, directory)
        below = "" if below == "." else below + "/"
        for name in directories:
            yield below + name, None
        for name in files:
            path = os.path.join(root, name)
            if os.path.isfile(path):
                with open(path, "rb") as file:
                    yield below + name, file.read()


class Plan:
    """How a rebuild treats what was never synced. `content` and `names` are each one word:

    content: synced (nothing of it is there), pages (any 4 KiB page in any of its versions), noise
    (the same, other bytes where a page is lost), nul and garbage (full length, other bytes), all, or
    any of these for each file.
    names: none, all, prefix (as a journal would), subset (each for itself)."""
    CONTENTS = ("synced", "pages", "noise", "nul", "garbage", "all")
    NAMES = ("none", "all", "prefix", "subset")

    def __init__(self, content, names):
        self.content_word, self.names_word = content, names

    @classmethod
    def draw(cls, random):
        content = random.choice(cls.CONTENTS + ("pages", "any", "any"))
        return cls(content, random.choice(cls.NAMES + ("prefix", "subset")))

    def __repr__(self):
        return f"{self.content_word}/{self.names_word}"

    def names(self, random, changes):
        word = self.names_word
        if word == "none":
            return []
        if word == "all":
            return changes
        if word == "prefix":
            return changes[:random.randint(0, len(changes))]
        return [change for change in changes if random.random() < 0.5]

    def content(self, random, node, donors):
        if not node.pending:
            return node.durable
        word = self.content_word
        if word == "any":
            word = random.choice(self.CONTENTS)
        if word == "synced":
            return node.durable
        if word == "all":
            return node.current
        if any(data is None for _, data in node.pending):
            kept = Node(node.durable)
            kept.pending = node.pending[:random.randint(0, len(node.pending))]
            return kept.current
        if word in ("pages", "noise"):
            return self._pages(random, node, word == "noise")
        content = bytearray(node.durable)
        size = len(node.current)
        missing = size - len(content)
        if word == "nul":
            content += bytes(missing)
        elif donors and random.random() < 0.5:
            donor = random.choice(donors)       # what once stood in the same blocks
            at = random.randrange(max(1, len(donor)))
            content += (donor[at:] + donor)[:missing]
            content += random.randbytes(size - len(content))
        else:
            content += random.randbytes(missing)
        return content

    @staticmethod
    def _pages(random, node, is_noisy):
        current = node.current
        ends = [len(node.durable)] + [offset + len(data) for offset, data in node.pending]
        size = random.choice(ends + [len(current), len(current)])
        content = bytearray(node.durable)
        content += bytes(max(0, size - len(content)))
        first = min(offset for offset, _ in node.pending) // PAGE
        for page in range(first, (size + PAGE - 1) // PAGE):
            if random.random() < 0.4:
                begin, end = max(len(node.durable), page * PAGE), min(size, (page + 1) * PAGE)
                if is_noisy and begin < end:
                    content[begin:end] = random.randbytes(end - begin)
                continue
            # The page as it stood after some of the writes.
            kept = node.pending[:random.randint(1, len(node.pending))]
            begin, end = page * PAGE, (page + 1) * PAGE
            for offset, data in kept:
                low, high = max(begin, offset), min(end, offset + len(data), size)
                if low < high:
                    content[low:high] = data[low - offset:high - offset]
        del content[max(size, len(node.durable)):]
        return content
