"""The routes under /tags, and those of a post's tags."""

import threading

from harness import Case, Client, Resource


class Tags(Resource):
    def make_tag(self, name=None):
        Case.number += 1
        answer = self.ask("POST", "/tags", {"name": name or f"tag-{Case.number}"})
        self.assertEqual(answer.status, 201, answer.text)
        return answer

    def make_post(self, **values):
        author = self.make_user().json["id"]
        answer = self.ask("POST", "/posts", {"author_id": author, "title": "t", "body": "b",
                                             **values})
        self.assertEqual(answer.status, 201, answer.text)
        return answer.headers["Location"]

    def tags_of(self, post):
        return [tag["id"] for tag in self.ask("GET", post).json["tags"]]

    def test_create_and_show(self):
        made = self.make_tag()
        self.assertEqual(made.headers["Location"], f"/tags/{made.json['id']}")
        shown = self.ask("GET", made.headers["Location"])
        self.assertEqual((shown.status, shown.json), (200, made.json))
        self.assertEqual(shown.headers["ETag"], made.headers["ETag"])
        for path in ("/tags/999999999", "/tags/x"):
            self.refused(self.ask("GET", path), 404, "not_found")

    def test_invalid(self):
        for name in ("", "Loud", "-a", "a b", "é", "x" * 41, 7, None, "a\n", "a\u0000"):
            answer = self.ask("POST", "/tags", {"name": name})
            self.refused(answer, 422, "invalid")
            self.assertEqual(answer.fields(), ["name"])
        answer = self.ask("POST", "/tags", {"id": 1, "version": 2, "posts": []})
        self.assertEqual(answer.fields(), ["id", "name", "posts", "version"])

    def test_unique(self):
        made, other = self.make_tag(), self.make_tag()
        answer = self.ask("POST", "/tags", {"name": made.json["name"]})
        self.refused(answer, 409, "unique")
        self.assertEqual(answer.fields(), ["name"])
        answer = self.ask("PATCH", other.headers["Location"], {"name": made.json["name"]},
                          If_Match=other.headers["ETag"])
        self.refused(answer, 409, "unique")
        self.assertEqual(answer.fields(), ["name"])

    def test_change_needs_the_version(self):
        made = self.make_tag()
        path, tag = made.headers["Location"], made.headers["ETag"]
        self.refused(self.ask("PATCH", path, {"name": "renamed"}), 428, "if_match")
        changed = self.ask("PATCH", path, {"name": f"{made.json['name']}-x"}, If_Match=tag)
        self.assertEqual((changed.status, changed.json["name"]), (200, f"{made.json['name']}-x"))
        self.refused(self.ask("PATCH", path, {"name": "late"}, If_Match=tag), 412, "stale")

    def test_a_version_counts_changes_alone(self):
        made = self.make_tag()
        self.make_post(tags=[{"name": made.json["name"]}])
        self.assertEqual(self.ask("GET", made.headers["Location"]).json, made.json)

    def test_delete(self):
        made = self.make_tag()
        path = made.headers["Location"]
        post = self.make_post(tags=[{"name": made.json["name"]}])
        self.refused(self.ask("DELETE", path), 409, "in_use")
        self.assertEqual(self.ask("DELETE", post).status, 204)
        self.refused(self.ask("DELETE", path, If_Match='"9"'), 412, "stale")
        self.assertEqual(self.ask("DELETE", path).status, 204)
        self.refused(self.ask("DELETE", path), 404, "not_found")

    def test_of_a_post(self):
        first, second = self.make_tag().json["id"], self.make_tag().json["id"]
        post = self.make_post()
        for tag in (second, first, second):
            answer = self.ask("PUT", f"{post}/tags/{tag}")
            self.assertEqual((answer.status, answer.text), (204, ""))
        self.assertEqual(sorted(self.tags_of(post)), [first, second])
        self.assertEqual(self.ask("DELETE", f"{post}/tags/{first}").status, 204)
        self.refused(self.ask("DELETE", f"{post}/tags/{first}"), 404, "not_found")
        self.assertEqual(self.tags_of(post), [second])

    def test_of_what_is_not_there(self):
        post, tag = self.make_post(), self.make_tag().json["id"]
        for path in (f"{post}/tags/999999999", f"/posts/999999999/tags/{tag}", f"{post}/tags/x",
                     f"{post}/tags/9223372036854775807", f"{post}/tags/-1"):
            for method in ("PUT", "DELETE"):
                self.refused(self.ask(method, path), 404, "not_found")
        answer = self.ask("GET", f"{post}/tags/{tag}")
        self.refused(answer, 405, "method")
        self.assertEqual(answer.headers["Allow"], "PUT, DELETE")

    def test_pages_by_name(self):
        Case.number += 1
        prefix = f"page-{Case.number}-"
        for name in "cabed":
            self.make_tag(prefix + name)
        path, seen = f"/tags?limit=2&prefix={prefix}", []
        while path:
            answer = self.ask("GET", path)
            self.assertEqual(answer.status, 200, answer.text)
            seen += [tag["name"] for tag in answer.json["items"]]
            path = answer.links().get("next")
        self.assertEqual(seen, [prefix + name for name in "abcde"])
        self.assertEqual(self.ask("GET", "/tags?prefix=%25").json["items"], [])
        self.assertEqual(self.ask("GET", "/tags?prefix=&name=x").fields(), ["name", "prefix"])

    def test_the_same_tags_at_once(self):
        Case.number += 1
        names = [f"once-{Case.number}-{i}" for i in range(6)]
        author = self.make_user().json["id"]
        answers = []

        def write(turn):
            client = Client(self.service.port)
            tags = [{"name": name} for name in (names if turn % 2 else names[::-1])]
            answers.append(client.ask("POST", "/posts", {
                "author_id": author, "title": "t", "body": "b", "tags": tags}))
            client.close()

        threads = [threading.Thread(target=write, args=(turn,)) for turn in range(8)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        self.assertEqual({answer.status for answer in answers}, {201})
        self.assertEqual(len({json_id["id"] for answer in answers for json_id in
                              answer.json["tags"]}), 6)
