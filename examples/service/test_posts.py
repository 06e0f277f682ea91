"""The routes under /posts."""

from harness import Resource


class Posts(Resource):
    def setUp(self):
        super().setUp()
        self.author = self.make_user(name="Ada").json

    def make_post(self, **values):
        answer = self.ask("POST", "/posts", {"author_id": self.author["id"], "title": "On engines",
                                             "body": "They turn.", **values})
        self.assertEqual(answer.status, 201, answer.text)
        return answer

    def list(self, query):
        answer = self.ask("GET", "/posts?" + query)
        self.assertEqual(answer.status, 200, answer.text)
        return answer

    def ids(self, query):
        return [post["id"] for post in
                self.list(f"author_id={self.author['id']}&{query}").json["items"]]

    def test_create_and_show(self):
        made = self.make_post()
        self.assertEqual(made.json["state"], "draft")
        self.assertEqual(made.headers["Location"], f"/posts/{made.json['id']}")
        shown = self.ask("GET", made.headers["Location"])
        self.assertEqual(shown.status, 200)
        self.assertEqual(shown.headers["ETag"], made.headers["ETag"])
        self.assertEqual(shown.json, {**made.json, "author": self.author, "comments": [],
                                      "tags": []})

    def test_invalid_names_every_field(self):
        answer = self.ask("POST", "/posts", {"title": " ", "state": "lost", "author_id": "x",
                                             "author": {}, "id": 1})
        self.refused(answer, 422, "invalid")
        self.assertEqual(answer.fields(), ["author", "author_id", "body", "id", "state", "title"])
        answer = self.ask("POST", "/posts", {"author_id": 1, "title": "x" * 201, "body": "b"})
        self.assertEqual(answer.fields(), ["title"])

    def test_an_author_must_exist(self):
        for author in (999999999, 0, -1, 2 ** 63 - 1):
            answer = self.ask("POST", "/posts", {"author_id": author, "title": "t", "body": "b"})
            self.refused(answer, 422, "invalid")
            self.assertEqual(answer.fields(), ["author_id"])
        answer = self.ask("POST", "/posts", {"author_id": 2 ** 63, "title": "t", "body": "b"})
        self.assertEqual(answer.fields(), ["author_id"])

    def test_tags_are_made_along(self):
        first = self.make_post(tags=[{"name": "steam"}, {"name": "brass"}])
        self.assertEqual([tag["name"] for tag in first.json["tags"]], ["brass", "steam"])
        second = self.make_post(tags=[{"name": "steam"}])
        self.assertEqual(second.json["tags"], [first.json["tags"][1]])
        shown = self.ask("GET", first.headers["Location"]).json
        self.assertEqual(shown["tags"], first.json["tags"])

    def test_tags_are_checked(self):
        before = self.ids("")
        post = {"author_id": self.author["id"], "title": "", "body": "b"}
        for tags, fields in (([{"name": "Loud"}, {"nam": "x"}],
                              ["tags[0].name", "tags[1].nam", "tags[1].name", "title"]),
                             ([{"name": "a"}, {"name": "a"}], ["tags", "title"]),
                             ([{"name": f"t{i}"} for i in range(21)], ["tags", "title"]),
                             ("steam", ["tags", "title"]), ([["a"]], ["tags[0]", "title"])):
            answer = self.ask("POST", "/posts", {**post, "tags": tags})
            self.refused(answer, 422, "invalid")
            self.assertEqual(answer.fields(), fields)
        self.assertEqual(self.ids(""), before)

    def test_change_needs_the_version(self):
        made = self.make_post()
        path, tag = made.headers["Location"], made.headers["ETag"]
        self.refused(self.ask("PATCH", path, {"title": "x"}), 428, "if_match")
        self.refused(self.ask("PATCH", path, {"title": "x"}, If_Match='"9"'), 412, "stale")
        changed = self.ask("PATCH", path, {"title": "New", "state": "published"}, If_Match=tag)
        self.assertEqual(changed.status, 200, changed.text)
        self.assertEqual((changed.json["title"], changed.json["state"], changed.json["body"]),
                         ("New", "published", "They turn."))
        self.refused(self.ask("PATCH", path, {"title": "y"}, If_Match=tag), 412, "stale")
        answer = self.ask("PATCH", path, {"author_id": 1, "body": None, "tags": []},
                          If_Match=changed.headers["ETag"])
        self.refused(answer, 422, "invalid")
        self.assertEqual(answer.fields(), ["author_id", "body", "tags"])
        shown = self.ask("GET", path).json
        self.assertEqual((shown["title"], shown["author_id"]), ("New", self.author["id"]))

    def test_delete(self):
        path = self.make_post(tags=[{"name": "gone"}]).headers["Location"]
        self.refused(self.ask("DELETE", path, If_Match='"9"'), 412, "stale")
        self.assertEqual(self.ask("DELETE", path).status, 204)
        for method in ("GET", "DELETE"):
            self.refused(self.ask(method, path), 404, "not_found")

    def test_an_author_of_posts_stays(self):
        self.make_post()
        answer = self.ask("DELETE", f"/users/{self.author['id']}")
        self.refused(answer, 409, "in_use")

    def test_filters(self):
        steam = self.make_post(title="50% of _steam_", tags=[{"name": "filtered"}]).json["id"]
        brass = self.make_post(title="Brass", state="published").json["id"]
        both = self.make_post(title="Steam and brass", state="published",
                              tags=[{"name": "filtered"}]).json["id"]
        for query, expected in (("", [both, brass, steam]), ("state=published", [both, brass]),
                                ("tag=filtered", [both, steam]), ("title=STEAM", [both, steam]),
                                ("title=%25", [steam]), ("title=_s", [steam]), ("title='", []),
                                ("tag=filtered&state=draft", [steam]), ("tag=nothing", [])):
            self.assertEqual(self.ids(query), expected, query)
        self.assertEqual(self.list("author_id=0").json["items"], [])

    def test_filters_are_checked(self):
        answer = self.ask("GET", "/posts?author_id=x&state=lost&tag=&title=" + "y" * 201 +
                          "&author=1&limit=101")
        self.refused(answer, 422, "invalid")
        self.assertEqual(answer.fields(), ["author", "author_id", "limit", "state", "tag", "title"])
        for query in ("author_id=9223372036854775808", "author_id=-1", "author_id=1&author_id=2",
                      "state=", "tag=" + "x" * 41, "after=AAAA"):
            self.refused(self.ask("GET", "/posts?" + query), 422, "invalid")

    def test_a_cursor_is_of_one_list(self):
        for _ in range(2):
            self.make_post(tags=[{"name": f"cursor-{i}"} for i in range(2)])
        for path, other in (("/tags", "/posts"), ("/posts", "/comments"), ("/users", "/posts")):
            target = self.ask("GET", path + "?limit=1").links()["next"]
            answer = self.ask("GET", target.replace(path, other))
            self.refused(answer, 422, "invalid")
            self.assertEqual(answer.fields(), ["after"])
            changed = target[:-1] + ("B" if target[-1] == "A" else "A")
            self.assertEqual(self.ask("GET", changed).fields(), ["after"])

    def test_a_list_brings_authors_and_tags(self):
        self.make_post(tags=[{"name": "listed"}])
        (post,) = self.list(f"author_id={self.author['id']}").json["items"]
        self.assertEqual(post["author"], self.author)
        self.assertEqual([tag["name"] for tag in post["tags"]], ["listed"])
        self.assertNotIn("comments", post)

    def test_pages_keep_their_filters(self):
        made = [self.make_post(title=f"A & b = {i}?/é", state="published").json["id"]
                for i in range(5)]
        self.make_post(title="A & b = draft")
        path, seen = ("/posts?title=a+%26%20B%20%3D&state=published&limit=2"
                      f"&author_id={self.author['id']}"), []
        while path:
            answer = self.ask("GET", path)
            self.assertEqual(answer.status, 200, answer.text)
            seen += [post["id"] for post in answer.json["items"]]
            links = answer.links()
            path, previous = links.get("next"), links.get("prev")
        self.assertEqual(seen, made[::-1])
        back = self.ask("GET", previous)
        self.assertEqual([post["id"] for post in back.json["items"]], made[1:3][::-1])
