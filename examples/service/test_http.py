"""Whatever the routes: health, what hostile clients send, the configuration, and the end."""

import http.client
import os
import random
import signal
import socket
import subprocess
import time
import unittest

from harness import DATABASE, PATIENCE, SERVICE, Case, Client, Load, Process, database, wait_for


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


class Impatient(Case):
    """A service that does not wait long, so that what is never complete costs no time. It may close
    any connection at any moment on a machine that is busy."""

    settings = {"SERVICE_IDLE_MS": "200"}

    def tearDown(self):
        until = time.monotonic() + PATIENCE
        while time.monotonic() < until:
            client = Client(self.service.port)
            try:
                if client.ask("GET", "/readyz").status == 200:
                    return
            except (OSError, http.client.HTTPException):
                pass
            finally:
                client.close()
        self.fail("it does not answer any more")

    def test_what_is_no_request(self):
        get = b"GET /healthz HTTP/1.1\r\n"
        for text in (b"\x00\x01\x02\x03", b"GET", b"GET / HTTP/9.9\r\n\r\n",
                     b"POST /users HTTP/1.1\r\nHost: x\r\nContent-Length: -1\r\n\r\n",
                     b"POST /users HTTP/1.1\r\nHost: x\r\nContent-Length: 999999999999999999999\r\n"
                     b"\r\n", get + b"Host: x\r\nX: " + b"y" * 200000 + b"\r\n\r\n",
                     b"GET /" + b"z" * 200000 + b" HTTP/1.1\r\nHost: x\r\n\r\n"):
            self.assertIn((self.status_of(text) or 400) // 100, (4, 5))

    def test_clients_that_leave(self):
        head = (b"POST /users HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n"
                b"Content-Length: 300\r\n\r\n{")
        for text in (head, head[:30], b"GET /users HTTP/1.1\r\nHost: x\r\n\r\n"):
            for _ in range(5):
                with socket.create_connection(("127.0.0.1", self.service.port)) as connection:
                    connection.sendall(text)

    def test_what_does_not_come_is_not_waited_for(self):
        waiting = []
        for text in (b"", b"GET /healthz HT", b"POST /users HTTP/1.1\r\nHost: x\r\n"
                     b"Content-Type: application/json\r\nContent-Length: 9\r\n\r\n{"):
            waiting.append(socket.create_connection(("127.0.0.1", self.service.port), PATIENCE))
            waiting[-1].sendall(text)
        for connection in waiting:
            with connection:
                while connection.recv(4096):
                    pass


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


class End(unittest.TestCase):
    def test_nothing_is_lost_under_load(self):
        before = database.count("users")
        service = Process(database.url, SERVICE_LINGER_MS="60000")
        load = Load(service.port, 16, "/users", lambda: {
            "email": f"{time.monotonic_ns()}.{random.random()}@example.org", "name": "x"})
        wait_for(lambda: len(load.made) >= 50)
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
