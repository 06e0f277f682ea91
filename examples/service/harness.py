"""What the tests of the service stand on: a database of their own, processes, clients."""

import atexit
import http.client
import json
import os
import re
import shutil
import signal
import socket
import sqlite3
import subprocess
import sys
import tempfile
import threading
import time
import unittest
import urllib.parse

SERVICE, ORM, JOBS_MODELS, MODE, DATABASE = sys.argv[1:6]
PATIENCE = 120


def run(*command, **options):
    return subprocess.run(command, check=True, text=True, **options)


class Sqlite:
    dialect = "sqlite"

    def __init__(self, folder):
        self.path = os.path.join(folder, "service.db")
        self.url = "sqlite:" + self.path

    def script(self, sql):
        connection = sqlite3.connect(self.path, timeout=60)
        connection.executescript(sql)
        connection.close()

    def count(self, table):
        connection = sqlite3.connect(self.path, timeout=60)
        (count,) = connection.execute(f"SELECT count(*) FROM {table}").fetchone()
        connection.close()
        return count

    def mark(self):
        return None

    def statements(self, _mark, line):
        """How many a request took: nobody but the process that ran them knows."""
        return line["statements"]

    def drop(self):
        pass


class Postgresql:
    dialect = "postgresql"

    def __init__(self, _folder):
        self.server = os.environ["ORM_TEST_POSTGRESQL_URL"]
        self.name = f"service_{MODE}_{os.getpid()}"
        run("psql", "-qX", "-c", f"CREATE DATABASE {self.name}",
            "-c", f"ALTER DATABASE {self.name} SET log_statement = 'all'", self.server)
        self.log = os.environ.get("ORM_TEST_POSTGRESQL_LOG")
        parts = urllib.parse.urlsplit(self.server)
        self.url = parts._replace(path="/" + self.name).geturl()
        if not parts.netloc.rpartition("@")[2]:
            self.url = self.url.replace("postgresql:/", "postgresql:///" if not parts.netloc
                                        else "postgresql:/", 1)

    def script(self, sql):
        run("psql", "-qX", "-v", "ON_ERROR_STOP=1", self.url, input=sql)

    def count(self, table):
        return int(run("psql", "-qXAt", "-c", f"SELECT count(*) FROM {table}", self.url,
                       stdout=subprocess.PIPE).stdout)

    def mark(self):
        return os.path.getsize(self.log) if self.log else None

    def statements(self, mark, line):
        """How many a request took, as the server logged them since the mark."""
        if mark is None:
            return line["statements"]
        with open(self.log, errors="replace") as log:
            log.seek(mark)
            return sum(f" {self.name} " in entry and
                       re.search(r" LOG:  (execute [^:]*|statement): (?!BEGIN|COMMIT)", entry)
                       is not None for entry in log)

    def drop(self):
        run("psql", "-qX", "-c", f"DROP DATABASE {self.name} WITH (FORCE)", self.server)


def wait_for(check):
    """What it gives, once that is true."""
    until = time.monotonic() + PATIENCE
    while time.monotonic() < until:
        found = check()
        if found:
            return found
        time.sleep(0.01)
    raise AssertionError("it did not come")


class Process:
    """A running service."""

    def __init__(self, url, **settings):
        environment = {**os.environ, "ORM_DATABASE_URL": url, "SERVICE_MODE": MODE,
                       "SERVICE_PORT": "0", **settings}
        self.log = []
        self.process = subprocess.Popen([SERVICE], env=environment, stderr=subprocess.PIPE,
                                        text=True)
        self.port = None
        for line in self.process.stderr:
            self.log.append(line)
            if '"listening"' in line:
                self.port = json.loads(line)["port"]
                break
        if self.port is None:
            raise AssertionError("".join(self.log))
        self.reader = threading.Thread(target=self.read, daemon=True)
        self.reader.start()

    def read(self):
        for line in self.process.stderr:
            self.log.append(line)

    def kill(self):
        self.process.kill()
        self.forget()

    def end(self):
        """Its status, once it has ended by itself."""
        self.process.send_signal(signal.SIGTERM)
        return self.forget()

    def forget(self):
        status = self.process.wait(PATIENCE)
        self.reader.join()
        self.process.stderr.close()
        return status

    def text(self):
        return "".join(self.log)

    def requests(self, path, count=1, method=None):
        """The lines logged for a path, by any method or one, once there are so many: each is
        written after its answer."""
        def look():
            lines = [json.loads(line) for line in list(self.log) if '"duration_ns"' in line]
            found = [line for line in lines
                     if line["target"] == path and method in (None, line["method"])]
            return found if len(found) >= count else None

        return wait_for(look)


class Answer:
    def __init__(self, response):
        self.status = response.status
        self.headers = response.headers
        self.text = response.read().decode()
        is_json = self.text and "json" in self.headers["Content-Type"]
        self.json = json.loads(self.text) if is_json else None

    def links(self):
        """Targets of its Link headers, by what they are."""
        found = [re.match("<(.*)>; rel=\"(.*)\"", link).groups()
                 for link in self.headers.get_all("Link", [])]
        return {meaning: target for target, meaning in found}

    def fields(self):
        return sorted(error["field"] for error in self.json["errors"])


class Client:
    def __init__(self, port):
        self.connection = http.client.HTTPConnection("127.0.0.1", port, timeout=PATIENCE)

    def ask(self, method, path, body=None, **headers):
        headers = {name.replace("_", "-"): value for name, value in headers.items()}
        if body is not None and not isinstance(body, (str, bytes)):
            body = json.dumps(body)
        if body is not None:
            headers.setdefault("Content-Type", "application/json")
        self.connection.request(method, path, body, headers)
        return Answer(self.connection.getresponse())

    def close(self):
        self.connection.close()


class Load:
    """Clients that post until they are refused; what was begun and not answered is lost."""

    def __init__(self, port, count, path, make):
        self.port, self.path, self.make = port, path, make
        self.made, self.lost, self.others = [], [], []
        self.threads = [threading.Thread(target=self.work) for _ in range(count)]
        for thread in self.threads:
            thread.start()

    def work(self):
        while True:
            client = Client(self.port)
            try:
                client.connection.connect()
            except OSError:
                return
            try:
                while True:
                    answer = client.ask("POST", self.path, self.make())
                    (self.made if answer.status in (201, 202) else self.others).append(answer)
                    if answer.headers["Connection"] == "close":
                        break
            except (OSError, http.client.HTTPException, ValueError) as error:
                self.lost.append(repr(error))
            client.close()

    def join(self):
        for thread in self.threads:
            thread.join(PATIENCE)


class Case(unittest.TestCase):
    """Tests that ask one service, each with addresses of its own."""

    number = 0
    settings = {}

    @classmethod
    def setUpClass(cls):
        cls.service = Process(database.url, SERVICE_MAX_BODY="4000", **cls.settings)

    @classmethod
    def tearDownClass(cls):
        status = cls.service.end()
        assert status == 0, f"ended with {status}:\n{cls.service.text()}"

    def setUp(self):
        self.client = Client(self.service.port)
        self.addCleanup(self.client.close)

    def ask(self, *arguments, **headers):
        return self.client.ask(*arguments, **headers)

    def refused(self, answer, status, code):
        self.assertEqual(answer.status, status, answer.text)
        self.assertEqual(answer.headers["Content-Type"], "application/problem+json")
        self.assertEqual(answer.json["status"], status)
        self.assertEqual(answer.json["code"], code)
        self.assertTrue(answer.json["title"] and answer.json["detail"])

    def make_user(self, **values):
        Case.number += 1
        answer = self.ask("POST", "/users", {"email": f"user{Case.number}@example.org",
                                             "name": "Ada", **values})
        self.assertEqual(answer.status, 201, answer.text)
        return answer

    def raw(self, text, ends=True):
        """What comes back for bytes that no client would send; then it says no more, or waits."""
        with socket.create_connection(("127.0.0.1", self.service.port), PATIENCE) as connection:
            try:
                connection.sendall(text)
                if ends:
                    connection.shutdown(socket.SHUT_WR)
            except OSError:
                pass
            answer = b""
            while True:
                try:
                    part = connection.recv(65536)
                except OSError:
                    break
                if not part:
                    break
                answer += part
        return answer

    def status_of(self, text, ends=True):
        match = re.match(rb"HTTP/1\.1 (\d{3}) ", self.raw(text, ends))
        return int(match.group(1)) if match else None


class Resource(Case):
    """Tests of routes, which must not load row by row, nor what they do not use."""

    settings = {"SERVICE_DEVELOPMENT": "yes"}  # every request is searched

    @classmethod
    def tearDownClass(cls):
        super().tearDownClass()
        found = [line for line in cls.service.log if '"findings":[{' in line]
        assert not found, "".join(found)


def open_database():
    """A new one with the tables of the service and of its jobs; it is gone when the tests are."""
    folder = tempfile.mkdtemp()
    atexit.register(shutil.rmtree, folder)
    made = (Sqlite if DATABASE == "sqlite" else Postgresql)(folder)
    atexit.register(made.drop)
    models = os.path.join(os.path.dirname(os.path.abspath(__file__)), "models.yaml")
    made.script(run(ORM, "schema", "--dialect", made.dialect, models, JOBS_MODELS,
                    stdout=subprocess.PIPE).stdout)
    return made


if DATABASE == "postgresql" and "ORM_TEST_POSTGRESQL_URL" not in os.environ:
    sys.exit(77)
database = open_database()
