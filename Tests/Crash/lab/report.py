"""What a technique found, added up."""
import dataclasses

from lab.oracle import KINDS

NEAR_NANOSECONDS = 50_000_000


@dataclasses.dataclass
class Tally:
    technique: str
    runs: int = 0
    acknowledged: int = 0
    near: int = 0               # died within 50 ms of a rotation, snapshot or deletion
    aimed: int = 0              # runs in which the named point was reached, or the fault happened
    faults: dict = dataclasses.field(default_factory=lambda: dict.fromkeys(KINDS, 0))
    failures: list = dataclasses.field(default_factory=list)
    notes: set = dataclasses.field(default_factory=set)
    seconds: float = 0

    def add(self, other):
        self.runs += other.runs
        self.acknowledged += other.acknowledged
        self.near += other.near
        self.aimed += other.aimed
        for kind in KINDS:
            self.faults[kind] += other.faults[kind]
        self.failures += other.failures
        self.notes |= other.notes

    def note_run(self, acknowledged, death, event, aimed=True):
        self.runs += 1
        self.acknowledged += acknowledged
        self.aimed += bool(aimed)
        self.near += bool(event) and 0 <= death - event <= NEAR_NANOSECONDS

    def note_faults(self, faults, where, command):
        for kind in {kind for kind, _ in faults}:
            self.faults[kind] += 1
        if faults:
            self.failures.append((faults, where, command))


def table(tallies, seed):
    head = ("technique", "runs", "acknowledged", "near*", "reached", "lost", "duplicated",
            "inverted", "hash", "refused", "other", "failures", "runs/s")
    rows = [head]
    total = Tally("all")
    for tally in tallies:
        total.add(tally)
        total.seconds += tally.seconds
    for tally in tallies + ([total] if len(tallies) > 1 else []):
        runs = max(1, tally.runs)
        rows.append((
            tally.technique, tally.runs, tally.acknowledged, f"{100 * tally.near // runs} %",
            tally.aimed, *(tally.faults[kind] for kind in KINDS), len(tally.failures),
            f"{tally.runs / tally.seconds:.1f}" if tally.seconds else "-"))
    widths = [max(len(str(row[column])) for row in rows) for column in range(len(head))]
    lines = ["  ".join(str(value).ljust(width) if column == 0 else str(value).rjust(width)
                       for column, (value, width) in enumerate(zip(row, widths))) for row in rows]
    lines.append("* died within 50 ms of a rotation, a snapshot's rename or a deletion")
    for tally in tallies:
        lines += [f"{tally.technique}: {note}" for note in sorted(tally.notes)]
    lines.append(f"master seed {seed}")
    return "\n".join(lines)
