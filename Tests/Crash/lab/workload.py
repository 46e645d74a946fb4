"""Mixed concurrent writes, and what each acknowledgement promises.

The world is cells with values: a user's title and state, a group's name, whether somebody belongs
to a group, a consumer's name. A write changes some of them, all or none; no two writes in flight
touch the same cell, so at any moment it is known what each cell may hold after a crash.
"""
import time

from lab.loop import scim_head

CORE = "urn:ietf:params:scim:schemas:core:2.0:"
ENTERPRISE = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User"
PATCH = "urn:ietf:params:scim:api:messages:2.0:PatchOp"
BULK = "urn:ietf:params:scim:api:messages:2.0:BulkRequest"
CONNECTIONS = 6


class Write:
    """One request and the cells it changes."""
    __slots__ = ("kind", "method", "path", "body", "effects", "cells", "statuses", "is_admin",
                 "status", "request", "number", "subject", "needs", "is_atomic", "has_outcome", "via")

    def __init__(self, kind, method, path, body, effects, statuses, is_admin=False, subject=None):
        self.kind, self.method, self.path, self.body = kind, method, path, body
        self.effects, self.statuses, self.is_admin = effects, statuses, is_admin
        self.cells = set(effects)
        self.status = self.request = None
        self.number = 0
        self.subject = subject          # the cell whose id the answer tells
        self.needs = set()              # cells it names and does not change
        self.is_atomic = True           # all of it or nothing
        self.has_outcome = not is_admin
        self.via = None                 # another connection's prefix and head

    def __repr__(self):
        return f"#{self.number} {self.kind} {sorted(map(str, self.effects))} {self.request}"


class World:
    """What has been acknowledged, and which writes were sent and not answered."""

    def __init__(self):
        self.cells = {}                 # acknowledged values; absent cells have none
        self.ids = {}                   # cell of a user, group or consumer -> id
        self.open = []                  # writes without an answer
        self.writes = []                # all, in the order in which they were sent
        self.acknowledged = 0
        self.next = 1
        self.surprises = []
        self.guests = {}                # name -> how to write through that connection

    def send(self, write):
        write.number = len(self.writes)
        self.writes.append(write)
        self.open.append(write)

    def answer(self, write, answer):
        self.open.remove(write)
        write.status, write.request = answer.status, answer.request
        if answer.status not in write.statuses:
            if answer.status not in (429, 503):
                self.surprises.append(f"{write}: {answer.status} {answer.body[:200]!r}")
            return
        self.acknowledged += 1
        self.cells.update(write.effects)
        if write.kind == "bulk":
            for cell, operation in zip(write.effects, answer.json["Operations"]):
                self.ids[cell] = operation["location"].rpartition("/")[2]
                if operation["status"] != "201":
                    self.surprises.append(f"{write}: {answer.body!r}")
        elif write.kind == "connect":
            data = answer.json["data"]
            self.ids[write.subject] = data["consumer"]["id"]
            metadata = data["connection"]["metadata"]
            self.guests[write.subject[1]] = (
                "/" + metadata["baseUrl"].split("/", 3)[3], scim_head(metadata["apiToken"]))
        elif write.subject:
            body = answer.json
            self.ids[write.subject] = body["id"] if "id" in body else body["data"]["id"]

    @property
    def busy(self):
        return {cell for write in self.open for cell in write.cells}

    def adopt(self, found, ids):
        """From now on what is there counts."""
        self.cells, self.ids = found, ids
        self.open, self.writes = [], []

    def copy_at(self, answered):
        """The world when only these requests had been answered; and the writes that must not
        show, because they were sent after an answer that never left."""
        past = World()
        past.cells = dict(self.base)
        held, impossible = set(), []
        for write in self.writes:
            if write.request in answered:
                if write.status in write.statuses:
                    past.cells.update(write.effects)
                    past.acknowledged += 1
                past.writes.append(write)
            elif held & (write.cells | write.needs):
                impossible.append(write)
            else:
                past.open.append(write)
                held |= write.cells
        return past, impossible

    def mark_base(self):
        self.base = dict(self.cells)
        self.writes, self.open = [], []


class Author:
    """Draws the next write that may run beside the open ones."""
    KINDS = (("create", 24), ("put", 12), ("patch", 20), ("delete", 5), ("group", 2),
             ("rename", 6), ("join", 16), ("leave", 6), ("drop", 1), ("admin", 8), ("bulk", 3),
             ("connect", 1), ("guest", 6), ("disconnect", 1))

    def __init__(self, world, random):
        self.world, self.random = world, random
        self.kinds = [kind for kind, weight in self.KINDS for _ in range(weight)]

    def draw(self):
        busy = self.world.busy
        for _ in range(20):
            kind = self.random.choice(self.kinds)
            write = getattr(self, "_" + kind)(busy)
            if write and not write.cells & busy:
                return write
        return self._create(busy)

    def _number(self):
        self.world.next += 1
        return self.world.next - 1

    def _pick(self, kind, busy):
        free = [cell for cell, value in self.world.cells.items()
                if cell[0] == kind and value is not None and cell not in busy
                and cell in self.world.ids]
        return self.random.choice(free) if free else None

    def _user(self, name, title, active):
        body = {
            "schemas": [CORE + "User"], "userName": f"{name}@lab.example", "externalId": name,
            "title": title, "active": active,
            "name": {"givenName": "Lab", "familyName": "p" * self.random.choice((3, 40, 400))}}
        if self.random.random() < 0.3:
            body["schemas"].append(ENTERPRISE)
            manager = self.random.randrange(1, self.world.next + 20)
            body[ENTERPRISE] = {"department": title, "manager": {"value": f"u{manager}"}}
        return body

    def _create(self, busy):
        number = self._number()
        cell, title = ("user", f"u{number}"), f"w{number}"
        return Write("create", "POST", "/Users", self._user(cell[1], title, True),
                     {cell: (title, True)}, (201,), subject=cell)

    def _bulk(self, busy):
        operations, effects = [], {}
        for _ in range(self.random.randint(2, 6)):
            number = self._number()
            cell, title = ("user", f"u{number}"), f"w{number}"
            effects[cell] = (title, True)
            operations.append({"method": "POST", "path": "/Users", "bulkId": cell[1],
                               "data": self._user(cell[1], title, True)})
        write = Write("bulk", "POST", "/Bulk", {"schemas": [BULK], "Operations": operations},
                      effects, (200,))
        write.is_atomic = write.has_outcome = False
        return write

    def _put(self, busy):
        cell = self._pick("user", busy)
        if not cell:
            return None
        title, active = f"w{self._number()}", self.random.random() < 0.8
        body = self._user(cell[1], title, active)
        return Write("put", "PUT", "/Users/" + self.world.ids[cell], body,
                     {cell: (title, active)}, (200,))

    def _patch(self, busy):
        cell = self._pick("user", busy)
        if not cell:
            return None
        title, active = f"w{self._number()}", self.random.random() < 0.8
        operations = [{"op": "replace", "path": "title", "value": title},
                      {"op": "replace", "path": "active", "value": active}]
        return Write("patch", "PATCH", "/Users/" + self.world.ids[cell], _patch_of(operations),
                     {cell: (title, active)}, (200,))

    def _delete(self, busy):
        cell = self._pick("user", busy)
        if not cell or any(key[0] == "member" and key[2] == cell[1] for key in busy):
            return None
        effects = {key: False for key, value in self.world.cells.items()
                   if key[0] == "member" and key[2] == cell[1] and value}
        effects[cell] = None
        return Write("delete", "DELETE", "/Users/" + self.world.ids[cell], None, effects, (204,))

    def _group(self, busy):
        number = self._number()
        cell, name = ("group", f"g{number}"), f"g{number} w{number}"
        body = {"schemas": [CORE + "Group"], "displayName": name, "externalId": cell[1]}
        return Write("group", "POST", "/Groups", body, {cell: name}, (201,), subject=cell)

    def _rename(self, busy):
        cell = self._pick("group", busy)
        if not cell:
            return None
        name = f"{cell[1]} w{self._number()}"
        operations = [{"op": "replace", "path": "displayName", "value": name}]
        return Write("rename", "PATCH", "/Groups/" + self.world.ids[cell], _patch_of(operations),
                     {cell: name}, (200, 204))

    def _drop(self, busy):
        cell = self._pick("group", busy)
        if not cell or any(key[0] == "member" and key[1] == cell[1] for key in busy):
            return None
        effects = {key: False for key, value in self.world.cells.items()
                   if key[0] == "member" and key[1] == cell[1] and value}
        effects[cell] = None
        return Write("drop", "DELETE", "/Groups/" + self.world.ids[cell], None, effects, (204,))

    def _members(self, busy, wanted):
        group = self._pick("group", busy)
        if not group:
            return None, []
        users, count = set(), self.random.choice((1, 1, 2, 5, 12))
        for _ in range(count * 2):
            user = self._pick("user", busy)
            cell = user and ("member", group[1], user[1])
            if cell and bool(self.world.cells.get(cell)) != wanted:
                users.add(user)
        return group, sorted(users)[:count]

    def _join(self, busy):
        group, users = self._members(busy, True)
        if not users:
            return None
        value = [{"value": self.world.ids[user]} for user in users]
        return self._membership("join", group, users, True,
                                [{"op": "add", "path": "members", "value": value}])

    def _leave(self, busy):
        group, users = self._members(busy, False)
        if not users:
            return None
        operations = [{"op": "remove", "path": f'members[value eq "{self.world.ids[user]}"]'}
                      for user in users]
        return self._membership("leave", group, users, False, operations)

    def _membership(self, kind, group, users, belongs, operations):
        effects = {("member", group[1], user[1]): belongs for user in users}
        write = Write(kind, "PATCH", "/Groups/" + self.world.ids[group], _patch_of(operations),
                      effects, (200, 204))
        write.needs = {*users, group}
        return write

    def _admin(self, busy):
        number = self._number()
        cell = self._pick("consumer", busy)
        if cell and self.random.random() < 0.6:
            path = "/consumers/" + self.world.ids[cell]
            if self.random.random() < 0.3:
                return Write("admin delete", "DELETE", path, None, {cell: None}, (204,), True)
            name = f"w{number}"
            return Write("admin rename", "PATCH", path, {"name": name}, {cell: name}, (200,), True)
        cell, name = ("consumer", f"c{number}"), f"w{number}"
        return Write("admin create", "POST", "/consumers", {"name": name, "externalId": cell[1]},
                     {cell: name}, (201,), True, subject=cell)


    def _connect(self, busy):
        """A connection of its own, with its own people; they go with it."""
        number = self._number()
        cell = ("guest", f"x{number}")
        body = {"name": cell[1], "externalId": cell[1]}
        return Write("connect", "POST", "/connect", body, {cell: "connected"}, (201,), True,
                     subject=cell)

    def _guest(self, busy):
        cell = self._pick("guest", busy)
        if not cell or cell[1] not in self.world.guests:
            return None
        number = self._number()
        user = ("guestuser", cell[1], f"v{number}")
        write = Write("guest", "POST", "/Users", self._user(user[2], f"w{number}", True),
                      {user: f"w{number}"}, (201,))
        write.needs, write.via = {cell}, self.world.guests[cell[1]]
        return write

    def _disconnect(self, busy):
        cell = self._pick("guest", busy)
        if not cell or any(key[0] == "guestuser" and key[1] == cell[1] for key in busy):
            return None
        effects = {key: None for key, value in self.world.cells.items()
                   if key[0] == "guestuser" and key[1] == cell[1] and value}
        effects[cell] = None
        path = ("/connections/hris/okta-scim?employees=delete&consumerId="
                + self.world.ids[cell])
        return Write("disconnect", "DELETE", path, None, effects, (204,), True)


def _patch_of(operations):
    return {"schemas": [PATCH], "Operations": operations}


class Traffic:
    """Keeps several connections busy until it is told to stop or the server is gone."""

    def __init__(self, server, world, random):
        self.server, self.world = server, world
        self.author = Author(world, random)
        self.budget = 0
        self.clients = [server.scim() for _ in range(CONNECTIONS)]
        self.owners = [server.owner()]

    def run(self, budget, until=lambda: False, timeout=20):
        """Sends this many writes at most; returns once they are answered, or `until` holds."""
        self.budget = budget
        for client in self.clients:
            if not client.on_answer:
                self._next(client)
        self.server.loop.run(
            lambda: until() or not self.server.is_running or not self._is_busy, timeout)

    def trickle(self, until, timeout):
        """Writes now and then until `until` holds: what comes once a second is waited for."""
        end = time.monotonic() + timeout
        while self.server.is_running and not until() and time.monotonic() < end:
            self.run(2, until)
            pause = time.monotonic() + 0.02
            self.server.loop.run(
                lambda: until() or time.monotonic() > pause or not self.server.is_running, 1)

    @property
    def _is_busy(self):
        return any(client.on_answer for client in self.clients + self.owners)

    def _next(self, client):
        if self.budget <= 0 or client.is_dead or not self.server.is_running:
            return
        self.budget -= 1
        write = self.author.draw()
        if write.is_admin:
            owner = self.owners[0]
            if owner.on_answer or owner.is_dead:
                write = self.author._create(None)
            else:
                self._send(owner, write, then=lambda: None)
                return self._next(client)
        self._send(client, write, then=lambda: self._next(client))

    def _send(self, client, write, then):
        self.world.send(write)

        def answered(answer):
            if answer is not None:
                self.world.answer(write, answer)
                then()

        client.send(write.method, write.path, write.body, answered, write.via)

    def end(self):
        for client in self.clients + self.owners:
            client.end()


def observe(server):
    """What the server shows: values and ids by cell, and the raw resources by id."""
    cells, ids, raw, names = {}, {}, {}, {}
    client, owner = server.scim(), server.owner()
    faults = []

    def put(cell, value, identity):
        if cell in cells:
            faults.append(("duplicated", f"{cell} is there as {ids[cell]} and {identity}"))
        cells[cell], ids[cell] = value, identity

    for user in _pages(client, "/Users"):
        name = user["userName"].partition("@")[0]
        put(("user", name), (user.get("title"), user.get("active")), user["id"])
        names[user["id"]], raw[user["id"]] = name, user
    for group in _pages(client, "/Groups"):
        name = group["displayName"].partition(" ")[0]
        put(("group", name), group["displayName"], group["id"])
        raw[group["id"]] = group
        for member in group.get("members", []):
            cell = ("member", name, names.get(member["value"], member["value"]))
            put(cell, True, member["value"])
    for consumer in owner.call("GET", "/consumers?limit=1000").json["data"]:
        name = consumer.get("externalId") or ""
        if name.startswith("c"):
            put(("consumer", name), consumer["name"], consumer["id"])
        elif name.startswith("x"):
            _observe_guest(owner, name, consumer["id"], put)
    client.end()
    owner.end()
    return cells, {cell: ids[cell] for cell in ids if cell[0] != "member"}, raw, faults


def _observe_guest(owner, name, consumer, put):
    connections = owner.call("GET", "/connections?consumerId=" + consumer).json["data"]
    if any(connection["id"] for connection in connections):
        put(("guest", name), "connected", consumer)
    employees = owner.call("GET", "/hris/employees?limit=1000&consumerId=" + consumer)
    for employee in employees.json["data"]:
        user = employee["username"].partition("@")[0]
        put(("guestuser", name, user), employee["jobTitle"], employee["id"])


def _pages(client, path):
    found = []
    while True:
        page = client.call("GET", f"{path}?startIndex={len(found) + 1}&count=1000").json
        found += page.get("Resources", [])
        if not page.get("Resources") or len(found) >= page["totalResults"]:
            return found
