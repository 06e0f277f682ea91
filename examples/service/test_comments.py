"""The routes under /comments, and those of a post's comments; what a post is shown by."""

from harness import Resource, database


class Comments(Resource):
    settings = {**Resource.settings, "SERVICE_JOBS": "0"}  # whose statements would be counted too

    def setUp(self):
        super().setUp()
        self.author = self.make_user(name="Ada").json
        self.reader = self.make_user(name="Bo").json
        self.post = self.make("/posts", author_id=self.author["id"], title="On engines", body="…",
                              tags=[{"name": "engines"}, {"name": "steam"}]).headers["Location"]

    def make(self, path, **values):
        answer = self.ask("POST", path, values)
        self.assertEqual(answer.status, 201, answer.text)
        return answer

    def comment(self, body="Well said.", author=None):
        return self.make(self.post + "/comments", author_id=(author or self.reader)["id"],
                         body=body)

    def test_create_and_show(self):
        made = self.comment()
        self.assertEqual(made.headers["Location"], f"/comments/{made.json['id']}")
        self.assertEqual(f"/posts/{made.json['post_id']}", self.post)
        shown = self.ask("GET", made.headers["Location"])
        self.assertEqual((shown.status, shown.json), (200, {**made.json, "author": self.reader}))
        self.assertEqual(shown.headers["ETag"], made.headers["ETag"])

    def test_a_post_must_exist(self):
        body = {"author_id": self.reader["id"], "body": "Where?"}
        for path in ("/posts/999999999/comments", "/posts/9223372036854775807/comments",
                     "/posts/9223372036854775808/comments", "/posts/x/comments"):
            self.refused(self.ask("POST", path, body), 404, "not_found")
            self.refused(self.ask("GET", path), 404, "not_found")
        self.refused(self.ask("POST", "/comments", body), 405, "method")

    def test_invalid_names_every_field(self):
        answer = self.ask("POST", self.post + "/comments", {"post_id": 1, "body": " ", "at": 1})
        self.refused(answer, 422, "invalid")
        self.assertEqual(answer.fields(), ["at", "author_id", "body", "post_id"])
        for author in (999999999, 0, 2 ** 63 - 1):
            answer = self.ask("POST", self.post + "/comments", {"author_id": author, "body": "b"})
            self.refused(answer, 422, "invalid")
            self.assertEqual(answer.fields(), ["author_id"])
        answer = self.ask("POST", self.post + "/comments",
                          {"author_id": self.reader["id"], "body": "x" * 2001})
        self.assertEqual(answer.fields(), ["body"])
        self.assertEqual(self.ask("GET", self.post + "/comments").json["items"], [])

    def test_change_needs_the_version(self):
        made = self.comment()
        path, tag = made.headers["Location"], made.headers["ETag"]
        self.refused(self.ask("PATCH", path, {"body": "x"}), 428, "if_match")
        self.refused(self.ask("PATCH", path, {"body": "x"}, If_Match='"9"'), 412, "stale")
        changed = self.ask("PATCH", path, {"body": "Better said."}, If_Match=tag)
        self.assertEqual((changed.status, changed.json["body"]), (200, "Better said."))
        self.refused(self.ask("PATCH", path, {"body": "y"}, If_Match=tag), 412, "stale")
        answer = self.ask("PATCH", path, {"post_id": 1, "author_id": 1, "body": None},
                          If_Match=changed.headers["ETag"])
        self.refused(answer, 422, "invalid")
        self.assertEqual(answer.fields(), ["author_id", "body", "post_id"])
        self.refused(self.ask("PATCH", "/comments/999999999", {"body": "x"}, If_Match="*"), 404,
                     "not_found")

    def test_delete(self):
        path = self.comment().headers["Location"]
        self.refused(self.ask("DELETE", path, If_Match='"9"'), 412, "stale")
        self.assertEqual(self.ask("DELETE", path).status, 204)
        for method in ("GET", "DELETE"):
            self.refused(self.ask(method, path), 404, "not_found")

    def test_comments_go_with_their_post(self):
        path = self.comment().headers["Location"]
        self.assertEqual(self.ask("DELETE", self.post).status, 204)
        self.refused(self.ask("GET", path), 404, "not_found")

    def test_pages(self):
        made = [self.comment(f"Comment {i}").json["id"] for i in range(5)]
        for path, expected in ((f"{self.post}/comments?limit=2", made),
                               (f"/comments?limit=2&author_id={self.reader['id']}", made[::-1]),
                               (f"/comments?limit=2&post_id={self.post[7:]}", made[::-1])):
            seen = []
            while path:
                answer = self.ask("GET", path)
                self.assertEqual(answer.status, 200, answer.text)
                seen += [comment["id"] for comment in answer.json["items"]]
                self.assertEqual({comment["author"]["name"] for comment in answer.json["items"]},
                                 {"Bo"})
                path = answer.links().get("next")
            self.assertEqual(seen, expected)

    def test_parameters(self):
        answer = self.ask("GET", "/comments?author_id=&post_id=1.5&state=x&limit=")
        self.refused(answer, 422, "invalid")
        self.assertEqual(answer.fields(), ["author_id", "limit", "post_id", "state"])
        answer = self.ask("GET", self.post + "/comments?post_id=1")
        self.assertEqual(answer.fields(), ["post_id"])

    def test_a_post_takes_five_statements_for_any_number_of_comments(self):
        for turn, number in enumerate((1, 30)):
            while len(self.ask("GET", self.post + "/comments?limit=100").json["items"]) < number:
                self.comment(author=self.make_user().json)
            mark = database.mark()
            shown = self.ask("GET", self.post)
            (line,) = self.service.requests(self.post, turn + 1)[turn:]
            self.assertEqual(shown.status, 200)
            self.assertEqual(shown.json["author"], self.author)
            self.assertEqual([tag["name"] for tag in shown.json["tags"]], ["engines", "steam"])
            self.assertEqual(len({one["author"]["id"] for one in shown.json["comments"]}), number)
            self.assertEqual((database.statements(mark, line), line["statements"]), (5, 5))

    def test_a_list_of_posts_takes_three(self):
        for turn in range(2):
            mark = database.mark()
            listed = self.ask("GET", "/posts")
            (line,) = self.service.requests("/posts", turn + 1, "GET")[turn:]
            self.assertEqual({"author", "tags"} - set(listed.json["items"][0]), set())
            self.assertEqual((database.statements(mark, line), line["statements"]), (3, 3))
            self.make("/posts", author_id=self.make_user().json["id"], title="t", body="b")

    def test_a_post_is_shown_with_its_first_comments(self):
        made = [self.comment(f"Comment {i}").json["id"] for i in range(53)]
        shown = self.ask("GET", self.post).json
        self.assertEqual([comment["id"] for comment in shown["comments"]], made[:50])
