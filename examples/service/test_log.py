"""The log of requests, and their page in development."""

import json
import shutil
import subprocess
import tempfile
import unittest

from harness import PATIENCE, Case, run


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
