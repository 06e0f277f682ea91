"""Reports: ordered by requests, made by jobs of the same process."""

import unittest

from harness import Client, Load, Process, Resource, database, wait_for


def begun(client, path):
    answer = client.ask("GET", path)
    return answer if answer.json["state"] != "waiting" else None


def finished(client, path):
    answer = client.ask("GET", path)
    return answer if answer.json["state"] in ("done", "failed") else None


def left():
    """Reports that are not made, and jobs that are not done."""
    return (database.count("reports WHERE finished_at IS NULL"),
            database.count("orm_jobs WHERE state <> 'done'"))


def end(case, service):
    case.assertEqual(service.end(), 0, service.text())
    case.assertEqual(database.count("orm_jobs WHERE state = 'running'"), 0)


class Reports(Resource):
    @classmethod
    def tearDownClass(cls):
        wait_for(lambda: left() == (0, 0))
        super().tearDownClass()

    def test_one_is_made(self):
        author = self.make_user(name="Ünïque Ada").json
        for _ in range(3):
            post = self.ask("POST", "/posts", {"author_id": author["id"], "title": "t",
                                               "body": "b"}).json["id"]
            for _ in range(40):
                self.ask("POST", f"/posts/{post}/comments", {"author_id": author["id"],
                                                             "body": "b"})
        ordered = self.ask("POST", "/reports", {"title": "Of May"})
        self.assertEqual(ordered.status, 202, ordered.text)
        self.assertEqual((ordered.json["state"], ordered.json["attempts"]), ("waiting", 0))
        report = ordered.json["report"]
        self.assertEqual((report["title"], report["result"], report["finished_at"]),
                         ("Of May", None, None))
        path = ordered.headers["Location"]
        self.assertEqual(path, f"/reports/{report['id']}")
        made = wait_for(lambda: finished(self.client, path)).json
        self.assertEqual((made["state"], made["attempts"]), ("done", 1))
        result = made["report"]["result"]
        self.assertEqual([result["users"], result["posts"], result["comments"]],
                         [database.count(table) for table in ("users", "posts", "comments")])
        self.assertEqual(result["most_active"][0], {"id": author["id"], "name": author["name"],
                                                    "posts": 3, "comments": 120})
        self.assertLessEqual(len(result["most_active"]), 10)
        measures = [one["posts"] + one["comments"] for one in result["most_active"]]
        self.assertEqual(measures, sorted(measures, reverse=True))
        self.assertGreaterEqual(made["report"]["finished_at"], report["created_at"])

    def test_invalid(self):
        answer = self.ask("POST", "/reports", {"title": " ", "result": {}, "finished_at": None,
                                               "job_id": 1, "state": "done"})
        self.refused(answer, 422, "invalid")
        self.assertEqual(answer.fields(), ["finished_at", "job_id", "result", "state", "title"])
        self.assertEqual(self.ask("POST", "/reports", {}).fields(), ["title"])
        for path in ("/reports/999999999", "/reports/x"):
            self.refused(self.ask("GET", path), 404, "not_found")
        self.refused(self.ask("DELETE", "/reports/1"), 405, "method")

    def test_what_is_refused_leaves_no_job(self):
        before = database.count("orm_jobs"), database.count("reports")
        self.refused(self.ask("POST", "/reports", {"title": ""}), 422, "invalid")
        self.assertEqual((database.count("orm_jobs"), database.count("reports")), before)

    def test_a_list(self):
        made = [self.ask("POST", "/reports", {"title": str(i)}).json["report"]["id"]
                for i in range(3)]
        answer = self.ask("GET", "/reports?limit=2")
        self.assertEqual([report["id"] for report in answer.json["items"]], made[:0:-1])
        answer = self.ask("GET", answer.links()["next"])
        self.assertEqual(answer.json["items"][0]["id"], made[0])
        self.assertEqual(self.ask("GET", "/reports?state=done").fields(), ["state"])


class Backlog(unittest.TestCase):
    """Reports outlast the process that they were ordered from."""

    def test_without_workers_reports_wait(self):
        service = Process(database.url, SERVICE_JOBS="0")
        client = Client(service.port)
        path = client.ask("POST", "/reports", {"title": "Later"}).headers["Location"]
        self.assertEqual(client.ask("GET", path).json["state"], "waiting")
        client.close()
        end(self, service)
        self.assertEqual(left(), (1, 1))
        service = Process(database.url)
        wait_for(lambda: left() == (0, 0))
        end(self, service)

    def test_a_state_is_the_job_s(self):
        service = Process(database.url, SERVICE_JOBS="0")
        client = Client(service.port)
        path = client.ask("POST", "/reports", {"title": "Unlucky"}).headers["Location"]
        job = "WHERE id = (SELECT max(job_id) FROM reports)"
        for change, state in ((f"UPDATE orm_jobs SET state = 'running', attempts = 1 {job}",
                               "running"),
                              (f"UPDATE orm_jobs SET state = 'dead', attempts = 5 {job}", "failed"),
                              (f"DELETE FROM orm_jobs {job}", "failed"),
                              ("UPDATE reports SET finished_at = created_at"
                               " WHERE finished_at IS NULL", "done")):
            database.script(change)
            self.assertEqual(client.ask("GET", path).json["state"], state)
        client.close()
        end(self, service)
        self.assertEqual(left(), (0, 0))

    def test_a_report_that_is_gone_is_given_up(self):
        service = Process(database.url, SERVICE_JOBS="0")
        client = Client(service.port)
        self.assertEqual(client.ask("POST", "/reports", {"title": "Gone"}).status, 202)
        client.close()
        end(self, service)
        database.script("DELETE FROM reports WHERE finished_at IS NULL")
        service = Process(database.url)
        wait_for(lambda: database.count("orm_jobs WHERE state = 'dead' AND attempts = 1") == 1)
        end(self, service)
        self.assertIn('"state":"dead"', service.text())
        database.script("DELETE FROM orm_jobs WHERE state = 'dead'")

    def test_a_backlog_is_done_after_a_restart(self):
        def leave_one():
            before = database.count("reports")
            service = Process(database.url, SERVICE_JOBS="1", SERVICE_LINGER_MS="60000")
            load = Load(service.port, 8, "/reports", lambda: {"title": "One of many"})
            wait_for(lambda: len(load.made) >= 100)
            end(self, service)
            load.join()
            self.assertEqual((load.lost, [other.text for other in load.others]), ([], []))
            self.assertEqual(database.count("reports") - before, len(load.made))
            waiting, _ = left()
            service = Process(database.url)
            wait_for(lambda: left() == (0, 0))
            client = Client(service.port)
            for answer in load.made:
                report = client.ask("GET", answer.headers["Location"]).json
                self.assertEqual(report["state"], "done")
            client.close()
            end(self, service)
            return waiting > 0

        wait_for(leave_one)


class Running(unittest.TestCase):
    """What becomes of a report that is just being made, when its process ends."""

    def setUp(self):
        count = 20000
        numbers = {"sqlite": "WITH RECURSIVE numbers (n) AS (SELECT 1 UNION ALL SELECT n + 1"
                             f" FROM numbers WHERE n < {count}) SELECT n FROM numbers",
                   "postgresql": f"SELECT generate_series(1, {count}) AS n"}[database.dialect]
        database.script(f"""
            INSERT INTO users (email, name, version, created_at, updated_at)
            SELECT 'many' || n || '@example.org', 'Many', 1,
                   '2024-01-01 00:00:00+00', '2024-01-01 00:00:00+00'
            FROM ({numbers}) AS numbers""")
        self.addCleanup(database.script, "DELETE FROM users WHERE email LIKE 'many%'")

    def catch(self, **settings):
        """A service that is just making a report, and which."""
        service = Process(database.url, **settings)
        client = Client(service.port)

        def order():
            path = client.ask("POST", "/reports", {"title": "Running"}).headers["Location"]
            shown = wait_for(lambda: begun(client, path))
            return path if shown.json["state"] == "running" else None

        path = wait_for(order)
        client.close()
        return service, path

    def show(self, path):
        service = Process(database.url)
        wait_for(lambda: left() == (0, 0))
        client = Client(service.port)
        report = client.ask("GET", path).json
        client.close()
        end(self, service)
        self.assertTrue(report["report"]["result"])
        return report

    def test_it_is_finished(self):
        service, path = self.catch()
        end(self, service)
        self.assertEqual(left(), (0, 0))
        self.assertEqual(self.show(path)["attempts"], 1)

    def test_it_is_given_back_when_it_takes_long(self):
        def give_back():
            service, path = self.catch(SERVICE_STOP_MS="1")
            end(self, service)
            self.assertEqual(self.show(path)["attempts"], 1)  # one given back does not count
            return "jobs given back" in service.text()

        wait_for(give_back)

    def test_it_is_made_again_when_the_process_is_killed(self):
        def kill():
            service, path = self.catch()
            service.kill()
            if left() == (0, 0):
                return False
            # As if the lease were over.
            database.script("UPDATE orm_jobs SET lease_until = created_at WHERE state = 'running'")
            self.assertEqual(self.show(path)["attempts"], 2)
            return True

        wait_for(kill)
