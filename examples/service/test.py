"""test.py SERVICE ORM JOBS_MODELS MODE DATABASE [TEST…]: the service over real HTTP.

Starts it on a database of its own and asks it; exits with 77 where there is no such database (for
postgresql, ORM_TEST_POSTGRESQL_URL names a server that may be written to). A TEST is a module
beside this one, or test_users.Users.test_delete.
"""

import sys
import unittest

sys.dont_write_bytecode = True
import harness  # noqa: E402; ends here where there is no database

MODULES = ["test_http", "test_log", "test_users", "test_posts", "test_comments", "test_tags",
           "test_reports"]

if __name__ == "__main__":
    tests = sys.argv[6:] or MODULES
    result = unittest.main(module=None, argv=["test.py", *tests], exit=False).result
    sys.exit(0 if result.wasSuccessful() else 1)
