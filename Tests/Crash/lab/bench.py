"""A job's workbench: a directory, a receiver, and a prepared spool that each group starts from."""
import os
import random
import shutil
import tempfile

from lab.loop import Loop, Receiver
from lab.server import Control, Server
from lab.workload import Traffic, World, observe

BASE_WRITES = 60
EVENTS = ["employee.created", "employee.updated", "employee.deleted", "employee.deactivated",
          "employee.reactivated", "group.created", "group.updated", "group.deleted",
          "group.member_added", "group.member_removed"]


class Bench:
    def __init__(self, binary, work, keep):
        self.binary, self.keep = os.path.abspath(binary), keep
        self.directory = tempfile.mkdtemp(prefix="crash-", dir=work)
        self.loop = Loop()
        self.receiver = Receiver(self.loop)
        self.control = Control(os.path.join(self.directory, "control"))
        self.spool = os.path.join(self.directory, "spool")
        self.base = os.path.join(self.directory, "base")
        self.oplog = os.path.join(self.directory, "oplog")
        self.made = None
        self.volumes = []               # mounted below the directory
        try:
            self._prepare()
        except BaseException:
            self.close()
            raise

    def _prepare(self):
        """A spool with some people, groups and a webhook, stopped in order."""
        server = Server(self.loop, self.binary, self.base, self.control)
        server.start(credentials=os.path.join(self.directory, "credentials.json"))
        self.made = server.made
        owner = server.owner()
        owner.call("DELETE", "/webhooks/" + self.made["webhookId"])
        answer = owner.call("POST", "/webhooks", {
            "deliveryUrl": self.receiver.url, "events": EVENTS, "allowLocal": True})
        if answer.status != 201:
            raise RuntimeError(f"the webhook was refused: {answer.body}")
        owner.end()
        world = World()
        traffic = Traffic(server, world, random.Random(1))
        traffic.run(BASE_WRITES)
        traffic.end()
        self._settle(server)
        cells, ids, _, _ = observe(server)
        if not server.stop():
            raise RuntimeError(f"the prepared spool ended with {server.code}: {server.log}")
        self.world = (cells, ids, world.next, world.guests)
        self.receipts = list(self.receiver.receipts)

    def _settle(self, server):
        owner = server.owner()
        self.loop.run(
            lambda: owner.call("GET", "/status").json["data"]["eventsWaiting"] == 0, 20)
        owner.end()

    def fresh(self):
        """A copy of the prepared spool, its server not started, and what is promised in it."""
        shutil.rmtree(self.spool, ignore_errors=True)
        shutil.copytree(self.base, self.spool, ignore=shutil.ignore_patterns("*.sock"))
        self.receiver.receipts = list(self.receipts)
        world = World()
        world.adopt(dict(self.world[0]), dict(self.world[1]))
        world.next, world.guests = self.world[2], dict(self.world[3])
        world.mark_base()
        return Server(self.loop, self.binary, self.spool, self.control, self.made), world

    def grown(self):
        """A spool with several segments and snapshots, made once."""
        path = os.path.join(self.directory, "grown")
        if not os.path.isdir(path):
            server, world = self.fresh()
            server.start()
            traffic = Traffic(server, world, random.Random(2))
            traffic.run(400)
            traffic.end()
            self._settle(server)
            server.kill()
            shutil.copytree(self.spool, path, ignore=shutil.ignore_patterns("*.sock"))
        return path

    def listen(self, port):
        """Takes deliveries at this port, where a kept spool sends them."""
        self.loop.remove(self.receiver.listener)
        self.receiver.listener.close()
        self.receiver = Receiver(self.loop, port)

    def clear_log(self):
        if os.path.exists(self.oplog):
            os.unlink(self.oplog)

    def save(self, name, *paths, text=""):
        """Keeps what shows a failure. Returns where."""
        target = os.path.join(self.keep, name)
        shutil.rmtree(target, ignore_errors=True)
        os.makedirs(target, mode=0o700)
        for path in paths:
            if os.path.isdir(path):
                shutil.copytree(path, os.path.join(target, os.path.basename(path)),
                                ignore=shutil.ignore_patterns("*.sock"))
            elif os.path.exists(path):
                shutil.copy(path, target)
        with open(os.path.join(target, "faults.txt"), "w") as file:
            file.write(text)
        return target

    def close(self):
        for process in list(Server.running):
            process.kill()
            process.wait()
        for volume in self.volumes:
            volume.unmount()
        self.control.close()
        shutil.rmtree(self.directory, ignore_errors=True)
