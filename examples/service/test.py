"""test.py SERVICE ORM MODE DATABASE: the service over real HTTP.

Starts it on a database of its own and asks it; exits with 77 where there is no such database (for
postgresql, ORM_TEST_POSTGRESQL_URL names a server that may be written to).
"""

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

SERVICE, ORM, MODE, DATABASE = sys.argv[1:5]
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

    def drop(self):
        pass


class Postgresql:
    dialect = "postgresql"

    def __init__(self, _folder):
        self.server = os.environ["ORM_TEST_POSTGRESQL_URL"]
        self.name = f"service_{MODE}_{os.getpid()}"
        run("psql", "-qX", "-c", f"CREATE DATABASE {self.name}", self.server)
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

    def drop(self):
        run("psql", "-qX", "-c", f"DROP DATABASE {self.name} WITH (FORCE)", self.server)


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

    def end(self):
        """Its status, once it has ended by itself."""
        self.process.send_signal(signal.SIGTERM)
        status = self.process.wait(PATIENCE)
        self.reader.join()
        self.process.stderr.close()
        return status

    def text(self):
        return "".join(self.log)

    def requests(self, path):
        """The lines logged for a path, once there is one: a line is written after its answer."""
        until = time.monotonic() + PATIENCE
        while time.monotonic() < until:
            lines = [json.loads(line) for line in list(self.log) if '"duration_ns"' in line]
            found = [line for line in lines if line["target"] == path]
            if found:
                return found
            time.sleep(0.01)
        raise AssertionError(f"no line for {path}:\n{self.text()}")


class Answer:
    def __init__(self, response):
        self.status = response.status
        self.headers = response.headers
        self.text = response.read().decode()
        is_json = self.text and "json" in self.headers["Content-Type"]
        self.json = json.loads(self.text) if is_json else None

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


class Health(Case):
    def test_health(self):
        answer = self.ask("GET", "/healthz")
        self.assertEqual((answer.status, answer.json), (200, {"status": "ok"}))

    def test_ready_tells_of_the_pool(self):
        answer = self.ask("GET", "/readyz")
        self.assertEqual((answer.status, answer.json["status"]), (200, "ready"))
        self.assertEqual(answer.json["pool"]["size"], 10)
        self.assertGreaterEqual(answer.json["pool"]["open"], 1)

    def test_not_ready_without_a_database(self):
        url = "sqlite:/nowhere/at/all.db" if DATABASE == "sqlite" else "postgresql://127.0.0.1:1/x"
        service = Process(url)
        client = Client(service.port)
        self.assertEqual(client.ask("GET", "/healthz").status, 200)
        answer = client.ask("GET", "/readyz")
        self.refused(answer, 503, "unavailable")
        self.assertEqual(answer.headers["Retry-After"], "1")
        client.close()
        self.assertEqual(service.end(), 0, service.text())


class Users(Case):
    def test_create_and_show(self):
        made = self.make_user(name="Ada Lovelace", bio=None)
        self.assertEqual(made.json["name"], "Ada Lovelace")
        self.assertEqual(made.headers["Location"], f"/users/{made.json['id']}")
        shown = self.ask("GET", made.headers["Location"])
        self.assertEqual((shown.status, shown.json), (200, made.json))
        self.assertEqual(shown.headers["ETag"], f'"{shown.json["version"]}"')
        head = self.ask("HEAD", made.headers["Location"])
        self.assertEqual((head.status, head.text), (200, ""))

    def test_unknown(self):
        for path in ("/users/999999999", "/users/9223372036854775808", "/users/x", "/users/-1",
                     "/users/1/x", "/", "/nothing", "/users/"):
            self.refused(self.ask("GET", path), 404, "not_found")

    def test_invalid_names_every_field(self):
        answer = self.ask("POST", "/users", {"email": "nobody", "bio": "x" * 2001, "agee": 1,
                                             "version": 7})
        self.refused(answer, 422, "invalid")
        self.assertEqual(answer.fields(), ["agee", "bio", "email", "name", "version"])

    def test_unique(self):
        made = self.make_user()
        answer = self.ask("POST", "/users", {"email": made.json["email"], "name": "Eve"})
        self.refused(answer, 409, "unique")
        self.assertEqual(len(answer.fields()), 1)

    def test_change_needs_the_version(self):
        made = self.make_user()
        path, tag = made.headers["Location"], made.headers["ETag"]
        self.refused(self.ask("PATCH", path, {"name": "Bob"}), 428, "if_match")
        self.refused(self.ask("PATCH", path, {"name": "Bob"}, If_Match='"77"'), 412, "stale")
        self.refused(self.ask("PATCH", path, {"name": "Bob"}, If_Match="W/" + tag), 412, "stale")
        changed = self.ask("PATCH", path, {"name": "Bob"}, If_Match='"77", ' + tag)
        self.assertEqual((changed.status, changed.json["name"]), (200, "Bob"), changed.text)
        self.assertNotEqual(changed.headers["ETag"], tag)
        self.assertEqual(changed.json["email"], made.json["email"])
        self.refused(self.ask("PATCH", path, {"name": "Eve"}, If_Match=tag), 412, "stale")
        answer = self.ask("PATCH", path, {"id": 3, "name": None}, If_Match=changed.headers["ETag"])
        self.refused(answer, 422, "invalid")
        self.assertEqual(answer.fields(), ["id", "name"])
        self.assertEqual(self.ask("GET", path).json, changed.json)

    def test_of_changes_at_once_one_lasts(self):
        made = self.make_user()
        path, tag = made.headers["Location"], made.headers["ETag"]
        statuses = []

        def change(name):
            client = Client(self.service.port)
            statuses.append(client.ask("PATCH", path, {"name": name}, If_Match=tag).status)
            client.close()

        threads = [threading.Thread(target=change, args=(f"n{i}",)) for i in range(8)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        self.assertEqual(sorted(statuses), [200] + [412] * 7)

    def test_delete(self):
        made = self.make_user()
        path = made.headers["Location"]
        self.refused(self.ask("DELETE", path, If_Match='"9"'), 412, "stale")
        answer = self.ask("DELETE", path)
        self.assertEqual((answer.status, answer.text), (204, ""))
        self.refused(self.ask("DELETE", path), 404, "not_found")

    def test_pages(self):
        made = [self.make_user().json["id"] for _ in range(5)]
        seen, path, previous = [], "/users?limit=2", None
        while path and not set(made) <= set(seen):
            answer = self.ask("GET", path)
            self.assertEqual(answer.status, 200, answer.text)
            seen += [user["id"] for user in answer.json["items"]]
            links = dict(reversed(re.match("<(.*)>; rel=\"(.*)\"", link).groups())
                         for link in answer.headers.get_all("Link", []))
            previous, path = links.get("prev"), links.get("next")
        self.assertEqual(seen[:5], made[::-1])
        back = self.ask("GET", previous)
        self.assertEqual([user["id"] for user in back.json["items"]], seen[2:4])

    def test_parameters(self):
        answer = self.ask("GET", "/users?limit=0&size=3&after=x&before=y")
        self.refused(answer, 422, "invalid")
        self.assertEqual(answer.fields(), ["before", "limit", "size"])
        for cursor in ("x", "AAAA", "%2e%2e"):
            self.refused(self.ask("GET", f"/users?after={cursor}"), 422, "invalid")


class Hostile(Case):
    def test_methods(self):
        answer = self.ask("PUT", "/users")
        self.refused(answer, 405, "method")
        self.assertEqual(answer.headers["Allow"], "GET, HEAD, POST")
        answer = self.ask("POST", "/users/1", {})
        self.assertEqual(answer.headers["Allow"], "GET, HEAD, PATCH, DELETE")

    def test_bodies(self):
        for body in ("", "{", "[1", '{"a":1,"a":2}', "nonsense", b"\xff\xfe", '{"a":' * 200):
            self.refused(self.ask("POST", "/users", body), 400, "malformed")
        for body in ("[]", '{"name":"x\\u0000","email":"a@b"}', '{"name":7,"email":[]}'):
            self.assertIn(self.ask("POST", "/users", body).status, (400, 422))

    def test_media_types(self):
        body = '{"email": "media@example.org", "name": "Ada"}'
        for kind in ("text/plain", "application/jsonx", "application/x-www-form-urlencoded"):
            self.refused(self.ask("POST", "/users", body, Content_Type=kind), 415, "media_type")
        answer = self.ask("POST", "/users", body, Content_Type="Application/JSON; charset=utf-8")
        self.assertEqual(answer.status, 201)

    def test_large_bodies(self):
        answer = self.ask("POST", "/users", {"name": "x" * 5000})
        self.refused(answer, 413, "too_large")
        chunk = b"3e8\r\n" + b" " * 1000 + b"\r\n"
        self.assertEqual(self.status_of(
            b"POST /users HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n"
            b"Transfer-Encoding: chunked\r\n\r\n" + chunk * 6 + b"0\r\n\r\n", ends=False), 413)

    def test_targets(self):
        for target in ("/users/%zz", "/users/%", "/users/%4", "/users/%00", "/users/%ff",
                       "/users?after=%g1", "/users?%ff=1", "/users?" + "a=1&" * 40,
                       "/a" * 50):
            self.refused(self.ask("GET", target), 400, "target")
        made = self.make_user().json["id"]
        encoded = "".join(f"%{ord(digit):02x}" for digit in str(made))
        self.assertEqual(self.ask("GET", f"/%75sers/{encoded}").status, 200)

    def test_values_are_only_values(self):
        name = "x'); DROP TABLE users; --"
        made = self.make_user(name=name)
        self.assertEqual(self.ask("GET", made.headers["Location"]).json["name"], name)

    def test_protocol(self):
        get = b"GET /healthz HTTP/1.1\r\n"
        self.assertEqual(self.status_of(get + b"Host: x\r\nConnection: close\r\n\r\n",
                                        ends=False), 200)
        self.assertEqual(self.status_of(get + b"\r\n", ends=False), 400)
        for text in (b"\x00\x01\x02\x03", b"GET", b"GET / HTTP/9.9\r\n\r\n",
                     b"POST /users HTTP/1.1\r\nHost: x\r\nContent-Length: -1\r\n\r\n",
                     b"POST /users HTTP/1.1\r\nHost: x\r\nContent-Length: 999999999999999999999\r\n"
                     b"\r\n", get + b"Host: x\r\nX: " + b"y" * 200000 + b"\r\n\r\n",
                     b"GET /" + b"z" * 200000 + b" HTTP/1.1\r\nHost: x\r\n\r\n"):
            self.assertIn((self.status_of(text) or 400) // 100, (4, 5))
        self.assertEqual(self.ask("GET", "/healthz").status, 200)

    def test_clients_that_leave(self):
        head = (b"POST /users HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n"
                b"Content-Length: 300\r\n\r\n{")
        for text in (head, head[:30], b"GET /users HTTP/1.1\r\nHost: x\r\n\r\n"):
            for _ in range(5):
                with socket.create_connection(("127.0.0.1", self.service.port)) as connection:
                    connection.sendall(text)
        self.assertEqual(self.ask("GET", "/readyz").status, 200)


class Log(Case):
    def test_each_request_has_a_line(self):
        trace = "0af7651916cd43dd8448eb211c80319c"
        path = self.make_user().headers["Location"]
        answer = self.ask("GET", path, traceparent=f"00-{trace}-b7ad6b7169203331-01")
        self.assertEqual(answer.status, 200)
        (line,) = self.service.requests(path)
        self.assertEqual((line["method"], line["route"], line["status"], line["trace_id"]),
                         ("GET", "/users/{id}", 200, trace))
        self.assertGreaterEqual(line["statements"], 1)
        self.assertEqual(line["rows"], 1)
        self.assertGreater(line["duration_ns"], line["database_ns"])
        self.assertGreater(line["database_ns"], 0)

    def test_refused_ones_too(self):
        for method, path, route, status in (("GET", "/logged/nowhere", None, 404),
                                            ("PUT", "/users/77777777777", None, 405),
                                            ("GET", "/users/77777777777771", "/users/{id}", 404)):
            self.assertEqual(self.ask(method, path).status, status)
            (line,) = self.service.requests(path)
            self.assertEqual((line["route"], line["status"]), (route, status))

    def test_a_query_is_not_logged(self):
        self.assertEqual(self.ask("GET", "/users?limit=1&after=secret").status, 422)
        self.ask("GET", "/logged/after")
        self.service.requests("/logged/after")
        self.assertNotIn("secret", self.service.text())

    def test_server_timing(self):
        for path in ("/users", "/nothing"):
            timing = self.ask("GET", path).headers["Server-Timing"]
            self.assertRegex(timing, r"^total;dur=[0-9.]+")
        self.assertRegex(self.ask("GET", "/users").headers["Server-Timing"], r"db;dur=[0-9.]+")

    def test_no_page_outside_development(self):
        for path in ("/_orm", "/_orm/requests"):
            self.refused(self.ask("GET", path), 404, "not_found")


class Development(Case):
    settings = {"SERVICE_DEVELOPMENT": "yes", "SERVICE_SLOW_MS": "1"}

    def test_page(self):
        made = self.make_user(name="<script>alert(1)</script>").headers["Location"]
        self.ask("GET", made)
        self.service.requests(made)
        answer = self.ask("GET", "/_orm")
        self.assertEqual((answer.status, answer.headers["Content-Type"]),
                         (200, "text/html; charset=utf-8"))
        self.assertIn("default-src 'none'", answer.headers["Content-Security-Policy"])
        self.assertIn("/users/{id}", answer.text)
        self.assertNotIn("<script", answer.text)
        self.assertEqual(self.ask("HEAD", "/_orm").status, 200)

    def test_json(self):
        made = self.make_user().headers["Location"]
        self.ask("GET", made)
        self.service.requests(made)
        answer = self.ask("GET", "/_orm/requests")
        self.assertEqual((answer.status, answer.headers["Content-Type"]),
                         (200, "application/json"))
        (shown,) = [one for one in answer.json["requests"] if one["target"] == made]
        self.assertEqual((shown["route"], shown["verdict"]), ("/users/{id}", "clean"))
        self.assertIn("users_service.c", json.dumps(shown["trace"]))

    @unittest.skipUnless(shutil.which("chromium"), "there is no chromium")
    def test_page_in_a_browser(self):
        made = self.make_user().headers["Location"]
        self.ask("GET", made)
        self.service.requests(made)
        profile = tempfile.mkdtemp()
        self.addCleanup(shutil.rmtree, profile, ignore_errors=True)
        shown = run("chromium", "--headless", "--no-sandbox", "--disable-gpu",
                    f"--user-data-dir={profile}", "--dump-dom",
                    f"http://127.0.0.1:{self.service.port}/_orm", stdout=subprocess.PIPE,
                    stderr=subprocess.DEVNULL, timeout=PATIENCE).stdout
        self.assertIn("/users/{id}", shown)
        self.assertIn("users_service.c", shown)


class Configuration(unittest.TestCase):
    def test_wrong_values_are_named(self):
        for name, value in (("SERVICE_PORT", "65536"), ("SERVICE_POOL", "0"),
                            ("SERVICE_MODE", "thread"), ("SERVICE_IDLE_MS", "1s"),
                            ("SERVICE_SLOW_MS", "0"),
                            ("SERVICE_CURSOR_KEY", "short"), ("SERVICE_DEVELOPMENT", "1"),
                            ("SERVICE_ADDRESS", "nowhere.example"), ("ORM_DATABASE_URL", "")):
            environment = {**os.environ, "ORM_DATABASE_URL": database.url, name: value}
            done = subprocess.run([SERVICE], env=environment, stderr=subprocess.PIPE, text=True,
                                  timeout=PATIENCE, check=False)
            self.assertIn(done.returncode, (1, 2))
            self.assertIn(name, done.stderr)

    def test_all_at_once(self):
        environment = {**os.environ, "ORM_DATABASE_URL": database.url, "SERVICE_POOL": "many",
                       "SERVICE_PORT": "-1"}
        done = subprocess.run([SERVICE], env=environment, stderr=subprocess.PIPE, text=True,
                              timeout=PATIENCE, check=False)
        self.assertEqual(done.returncode, 2)
        self.assertIn("SERVICE_POOL", done.stderr)
        self.assertIn("SERVICE_PORT", done.stderr)


class Patience(unittest.TestCase):
    def test_what_does_not_come_is_not_waited_for(self):
        service = Process(database.url, SERVICE_IDLE_MS="200")
        for text in (b"", b"GET /healthz HT", b"POST /users HTTP/1.1\r\nHost: x\r\n"
                     b"Content-Type: application/json\r\nContent-Length: 9\r\n\r\n{"):
            with socket.create_connection(("127.0.0.1", service.port), PATIENCE) as connection:
                connection.sendall(text)
                while connection.recv(4096):
                    pass
        self.assertEqual(service.end(), 0, service.text())


class Load:
    """Clients that make users until they are refused; what was begun and not answered is lost."""

    def __init__(self, port, count):
        self.port, self.made, self.lost, self.others = port, [], [], []
        self.threads = [threading.Thread(target=self.work, args=(i,)) for i in range(count)]
        for thread in self.threads:
            thread.start()

    def work(self, client_number):
        for i in range(1000000):
            client = Client(self.port)
            try:
                client.connection.connect()
            except OSError:
                return
            try:
                while True:
                    i = len(self.made)
                    address = f"{client_number}.{i}.{time.monotonic_ns()}@example.org"
                    answer = client.ask("POST", "/users", {"email": address, "name": "x"})
                    (self.made if answer.status == 201 else self.others).append(answer)
                    if answer.headers["Connection"] == "close":
                        break
            except (OSError, http.client.HTTPException, ValueError) as error:
                self.lost.append(repr(error))
            client.close()

    def join(self):
        for thread in self.threads:
            thread.join(PATIENCE)


class End(unittest.TestCase):
    def test_nothing_is_lost_under_load(self):
        before = database.count("users")
        service = Process(database.url, SERVICE_LINGER_MS="60000")
        load = Load(service.port, 16)
        until = time.monotonic() + PATIENCE
        while len(load.made) < 50 and time.monotonic() < until:
            time.sleep(0.01)
        self.assertEqual(service.end(), 0, service.text())
        load.join()
        self.assertEqual(load.lost, [])
        self.assertEqual([other.text for other in load.others], [])
        self.assertEqual(database.count("users") - before, len(load.made))

    def test_a_request_under_way_is_answered(self):
        service = Process(database.url, SERVICE_LINGER_MS="60000")
        body = b'{"email":"late@example.org","name":"Ada"}'
        with socket.create_connection(("127.0.0.1", service.port), PATIENCE) as connection:
            connection.sendall(b"POST /users HTTP/1.1\r\nHost: x\r\nContent-Type: application/json"
                               b"\r\nContent-Length: %d\r\n\r\n" % len(body) + body[:10])
            client = Client(service.port)
            self.assertEqual(client.ask("GET", "/healthz").status, 200)
            service.process.send_signal(signal.SIGINT)
            while True:
                answer = client.ask("GET", "/readyz")
                if answer.headers["Connection"] == "close":
                    break
            client.close()
            connection.sendall(body[10:])
            response = http.client.HTTPResponse(connection)
            response.begin()
            self.assertEqual(response.status, 201)
            self.assertEqual(response.headers["Connection"], "close")
            response.read()
        self.assertEqual(service.end(), 0, service.text())


def main():
    global database
    if DATABASE == "postgresql" and "ORM_TEST_POSTGRESQL_URL" not in os.environ:
        return 77
    folder = tempfile.mkdtemp()
    database = (Sqlite if DATABASE == "sqlite" else Postgresql)(folder)
    try:
        here = os.path.dirname(os.path.abspath(__file__))
        database.script(run(ORM, "schema", "--dialect", database.dialect,
                            os.path.join(here, "models.yaml"), stdout=subprocess.PIPE).stdout)
        result = unittest.main(argv=["test.py"] + sys.argv[5:], exit=False, verbosity=1).result
        return 0 if result.wasSuccessful() else 1
    finally:
        database.drop()
        shutil.rmtree(folder)


if __name__ == "__main__":
    sys.exit(main())
