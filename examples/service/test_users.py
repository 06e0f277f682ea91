"""The routes under /users."""

import threading

from harness import Client, Resource


class Users(Resource):
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
        self.assertEqual(answer.fields(), ["email"])
        other = self.make_user()
        answer = self.ask("PATCH", other.headers["Location"], {"email": made.json["email"]},
                          If_Match=other.headers["ETag"])
        self.refused(answer, 409, "unique")
        self.assertEqual(answer.fields(), ["email"])

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
            links = answer.links()
            previous, path = links.get("prev"), links.get("next")
        self.assertEqual(seen[:5], made[::-1])
        back = self.ask("GET", previous)
        self.assertEqual([user["id"] for user in back.json["items"]], seen[2:4])

    def test_parameters(self):
        answer = self.ask("GET", "/users?limit=0&size=3&after=x&before=y")
        self.refused(answer, 422, "invalid")
        self.assertEqual(answer.fields(), ["before", "limit", "size"])
        for cursor in ("x", "AAAA", "%2e%2e"):
            for name in ("after", "before"):
                answer = self.ask("GET", f"/users?{name}={cursor}")
                self.refused(answer, 422, "invalid")
                self.assertEqual(answer.fields(), [name])
