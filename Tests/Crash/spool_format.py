"""Lines and segments of a spool, read from docs/SPOOL_FORMAT.md alone.

Shares no code with the program, so that where both agree neither has misread the format.
"""
import ctypes
import os
import re
import subprocess
import tempfile

FORMATS = (1, 2)
HOPS = ("1-accepted", "2-mapped", "3-committed", "4-attempts")
COMMITTED = "3-committed"
LONGEST_LINE = 16 << 20
SUFFIX_LENGTH = 18

SUFFIX = re.compile(rb',"crc":"([0-9a-f]{8})"\}\Z')
NUMBERS = re.compile(rb'\{"v":1,"seq":([0-9]{1,19}),"b":([0-9]{1,19}),"ts":')
STRING = rb'("(?:[^"\\]|\\.)*")'
RECORD = re.compile(
    rb'\{"v":1,"seq":([0-9]+),"b":([0-9]+),"ts":"([^"]{24})","id":' + STRING
    + rb',"key":' + STRING + rb',"type":' + STRING + rb',"data":', re.S)
FOOTER = re.compile(rb'\{"v":1,"end":([0-9]+),"lines":([0-9]+),"b":([0-9]+)\Z')
VERSION = re.compile(rb'\{"v":([0-9]+)')
SEGMENT_NAME = re.compile(r'([0-9]{20})\.jsonl\Z')
SNAPSHOT_NAME = SEGMENT_NAME


class NewerFormat(Exception):
    """Written by a later release; only that one can read it."""

    def __init__(self, segment, version):
        super().__init__(f"{segment} has format {version}; this reader knows {FORMATS[-1]}")


# ---------------------------------------------------------------- CRC32C

def _tables():
    first = []
    for byte in range(256):
        crc = byte
        for _ in range(8):
            crc = crc >> 1 ^ (0x82F63B78 if crc & 1 else 0)
        first.append(crc)
    tables = [first]
    for _ in range(7):
        before = tables[-1]
        tables.append([first[crc & 255] ^ crc >> 8 for crc in before])
    return tables


T0, T1, T2, T3, T4, T5, T6, T7 = _tables()


def crc32c_python(data, crc=0):
    """Slowly, where there is no C compiler; `crc` is the checksum of what stood before."""
    crc ^= 0xFFFFFFFF
    whole = len(data) & ~7
    for at in range(0, whole, 8):
        low = crc ^ int.from_bytes(data[at:at + 4], "little")
        crc = (T7[low & 255] ^ T6[low >> 8 & 255] ^ T5[low >> 16 & 255] ^ T4[low >> 24]
               ^ T3[data[at + 4]] ^ T2[data[at + 5]] ^ T1[data[at + 6]] ^ T0[data[at + 7]])
    for byte in data[whole:]:
        crc = T0[(crc ^ byte) & 255] ^ crc >> 8
    return crc ^ 0xFFFFFFFF


C_SOURCE = r"""
#include <stddef.h>
#include <stdint.h>
static uint32_t t[8][256];
__attribute__((constructor)) static void make(void) {
  for (int i = 0; i < 256; i++) {
    uint32_t c = i;
    for (int k = 0; k < 8; k++) c = c >> 1 ^ (c & 1 ? 0x82F63B78u : 0);
    t[0][i] = c;
  }
  for (int n = 1; n < 8; n++)
    for (int i = 0; i < 256; i++) t[n][i] = t[0][t[n - 1][i] & 255] ^ t[n - 1][i] >> 8;
}
uint32_t crc32c(const uint8_t *p, size_t n, uint32_t crc) {
  crc = ~crc;
  for (; n >= 8; n -= 8, p += 8) {
    uint32_t a = crc ^ (p[0] | p[1] << 8 | p[2] << 16 | (uint32_t)p[3] << 24);
    crc = t[7][a & 255] ^ t[6][a >> 8 & 255] ^ t[5][a >> 16 & 255] ^ t[4][a >> 24]
        ^ t[3][p[4]] ^ t[2][p[5]] ^ t[1][p[6]] ^ t[0][p[7]];
  }
  while (n--) crc = t[0][(crc ^ *p++) & 255] ^ crc >> 8;
  return ~crc;
}
"""


def build_directory():
    """Where what the lab compiles is kept: of this user only."""
    path = os.path.join(tempfile.gettempdir(), f"scim-hris-crash-{os.getuid()}")
    os.makedirs(path, mode=0o700, exist_ok=True)
    if os.stat(path).st_uid != os.getuid():
        raise PermissionError(path)
    return path


def compile_library(name, source, flags=()):
    """Builds a shared library from C text unless it is there already.
    Returns its path, or None without a compiler."""
    import hashlib
    stamp = hashlib.sha256((source + " ".join(flags)).encode()).hexdigest()[:16]
    target = os.path.join(build_directory(), f"{name}-{stamp}.so")
    if os.path.exists(target):
        return target
    scratch = f"{target}.{os.getpid()}"
    with open(scratch + ".c", "w") as file:
        file.write(source)
    try:
        for compiler in filter(None, (os.environ.get("CC"), "cc", "clang")):
            words = [compiler, "-O2", "-shared", "-fPIC", "-Wall", *flags, "-o", scratch,
                     scratch + ".c", "-ldl", "-lpthread"]
            try:
                subprocess.run(words, check=True)
                break
            except FileNotFoundError:
                continue
        else:
            return None
    except subprocess.CalledProcessError:
        return None
    finally:
        os.unlink(scratch + ".c")
    os.rename(scratch, target)
    return target


def _fast():
    try:
        path = compile_library("crc32c", C_SOURCE)
        if path is None:
            return None
        function = ctypes.CDLL(path).crc32c
    except OSError:
        return None
    function.restype = ctypes.c_uint32
    function.argtypes = [ctypes.c_char_p, ctypes.c_size_t, ctypes.c_uint32]
    return lambda data, crc=0: function(data, len(data), crc)


crc32c = _fast() or crc32c_python
assert crc32c(b"123456789") == crc32c_python(b"123456789") == 0xE3069283


def stated_checksum(line):
    match = SUFFIX.search(line[-SUFFIX_LENGTH:])
    return int(match.group(1), 16) if match else None


def checksum(line, before):
    """Of a line, its last 18 bytes included in the argument but not in the sum."""
    return crc32c(line[:-SUFFIX_LENGTH], crc32c(before.to_bytes(4, "little")))


# ---------------------------------------------------------------- segments

class Record:
    __slots__ = ("seq", "b", "ts", "id", "key", "type", "data", "offset", "parts")

    def __init__(self, match, line, offset):
        self.seq, self.b = int(match.group(1)), int(match.group(2))
        self.ts = match.group(3).decode()
        self.id, self.key, self.type = (_text(match.group(n)) for n in (4, 5, 6))
        self.data = line[match.end():-SUFFIX_LENGTH]
        self.offset = offset
        self.parts = None               # what whoever folds it found in `data`


def _text(quoted):
    if b"\\" in quoted:
        import json
        return json.loads(quoted)
    return quoted[1:-1].decode()


class Segment:
    """One segment, read to its end: what is valid before the first damage, and what behind it."""

    _known, KNOWN = {}, 400

    @classmethod
    def read(cls, hop, first, path):
        """The same bytes are judged only once, which is what most of a crash lab's reads are."""
        with open(path, "rb") as file:
            key = (hop, first, file.read())
        known = cls._known.pop(key, None) or cls(*key)
        cls._known[key] = known         # the newest last
        if len(cls._known) > cls.KNOWN:
            del cls._known[next(iter(cls._known))]
        return known

    def __init__(self, hop, first, content):
        self.hop, self.first, self.bytes = hop, first, content
        self.name = f"{hop}/{first:020d}.jsonl"
        self.header = None
        self.records = []            # valid, before the first damage
        self.strays = []             # valid, behind it
        self.damages = []            # (offset, expected seq, reason)
        self.lines_behind = 0        # from the first damage on, valid or not
        self.highest_base = 0        # the highest `b` behind the first damage
        self.last = first - 1        # the last valid number before it
        self.end = 0                 # where the valid part ends
        self.sealed = False
        self.checksum = 0            # of the last valid line
        self._seen = first - 1
        self._stated = 0
        self._behind = False
        self._closed = False
        self._read()

    @property
    def size(self):
        return len(self.bytes)

    @property
    def is_torn_only(self):
        """Damage that was never synced."""
        return bool(self.damages) and not self.is_damaged_below_base

    @property
    def is_damaged_below_base(self):
        return bool(self.damages) and (self.header is None or self.highest_base > self.last + 1)

    @property
    def last_of_all(self):
        if self.highest_base > self.last + 1:
            return self.strays[-1].seq if self.strays else self.last
        return self.last

    def _read(self):
        data, offset, size = self.bytes, 0, len(self.bytes)
        while offset < size:
            feed = data.find(b"\n", offset)
            stop = size if feed < 0 else feed
            whole = feed >= 0 and stop - offset <= LONGEST_LINE
            self._judge(data[offset:stop], offset, stop + (feed >= 0), whole)
            offset = stop + (feed >= 0)

    def _judge(self, line, offset, end, whole):
        stated = stated_checksum(line) if whole else None
        is_header = offset == 0
        if self.damages:
            self.lines_behind += 1
        reason = self._header(line, stated) if is_header else self._line(line, stated, offset)
        self._stated = stated
        if reason is None:
            if not self.damages:
                self.checksum, self.end = stated, end
            return
        if not self.damages:
            self.lines_behind = 1
        self.damages.append((offset, self._seen + 1, reason))
        self._behind = True

    def _header(self, line, stated):
        import json
        if stated is None:
            return "the header is not whole"
        if checksum(line, 0) != stated:
            return "the header's checksum is wrong"
        version = VERSION.match(line)
        if version and int(version.group(1)) > FORMATS[-1]:
            raise NewerFormat(self.name, int(version.group(1)))
        try:
            header = json.loads(line)
            fits = header["segment"] == self.hop and header["first"] == self.first
            fits = fits and {"created", "instance", "epoch"} <= header.keys()
        except (ValueError, KeyError, TypeError):
            fits = False
        if not fits:
            return "the header belongs to another segment"
        self.header = header
        return None

    def _line(self, line, stated, offset):
        if self._closed:
            return "there is data after the footer"
        if stated is None:
            return "the line does not end in a checksum"
        if self._stated is None:
            return "the line before states no checksum"
        if checksum(line, self._stated) != stated:
            return "the checksum is wrong"
        numbers = NUMBERS.match(line)
        if numbers:
            return self._record(line, int(numbers.group(1)), offset)
        footer = FOOTER.match(line[:-SUFFIX_LENGTH])
        if footer is None:
            return "this is not a line of the format"
        last, base = int(footer.group(1)), int(footer.group(3))
        if not (last >= self._seen if self._behind else last == self._seen):
            return "this is not a line of the format"
        self._closed = True
        if self.damages:
            self.highest_base = max(self.highest_base, base)
        else:
            self.sealed = True
        return None

    def _record(self, line, seq, offset):
        if not (seq > self._seen if self._behind else seq == self._seen + 1):
            return f"line {seq} follows line {self._seen}"
        self._seen, self._behind = seq, False
        match = RECORD.match(line)
        if match is None:
            return "this is not a line of the format"
        record = Record(match, line, offset)
        if self.damages:
            self.strays.append(record)
            self.highest_base = max(self.highest_base, record.b)
        else:
            self.records.append(record)
            self.last = seq
        return None


class Hop:
    """The segments of one hop, oldest first."""

    def __init__(self, spool, name):
        self.name = name
        directory = os.path.join(spool, name)
        self.segments = []
        for entry in sorted(os.listdir(directory)):
            match = SEGMENT_NAME.match(entry)
            if match:
                path = os.path.join(directory, entry)
                try:
                    self.segments.append(Segment.read(name, int(match.group(1)), path))
                except FileNotFoundError:
                    self.segments = []  # retention was faster, and it takes the oldest first

    @property
    def last(self):
        return self.segments[-1].last_of_all if self.segments else 0

    @property
    def first(self):
        return self.segments[0].first if self.segments else 0

    def records(self, above=0):
        """Every line that counts, in order."""
        for segment in self.segments:
            for record in segment.records:
                if record.seq > above:
                    yield record
            if segment is not self.segments[-1] or segment.is_damaged_below_base:
                for record in segment.strays:
                    if record.seq > above:
                        yield record

    def breaches(self):
        """(segment, reason) for each that does not follow the one before it."""
        for before, after in zip(self.segments, self.segments[1:]):
            reason = _breach(before, after)
            if reason:
                yield after, reason


def _breach(before, after):
    if after.header is None:
        return None
    if not before._closed:
        return "the segment before was never sealed"
    previous = after.header.get("previous")
    if previous is None or before._stated is None or int(previous, 16) != before._stated:
        return "it does not follow the segment before"
    expected = before._seen + 1
    if after.first == expected or after.header.get("gap") == [expected, after.first - 1]:
        return None
    return f"line {after.first} follows line {before._seen}"
