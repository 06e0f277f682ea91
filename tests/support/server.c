#include "support/server.h"

#include <signal.h>
#include <unistd.h>

#include "support/testing.h"

static void read_line(test_server *server, char *line, size_t size)
{
    assert_non_null(fgets(line, (int)size, server->output));
    line[strcspn(line, "\n")] = '\0';
}

void test_server_start(test_server *server, const char *setting)
{
    char number[32];
    char command[2048];
    (void)snprintf(command, sizeof command,
                   "exec '" ORM_TEST_SOURCE_DIR "/tools/postgres_sandbox' %s%s sh -c '"
                   "echo $PPID; echo \"$ORM_TEST_POSTGRESQL_URL\"; "
                   "echo \"$ORM_TEST_POSTGRESQL_LOG\"; "
                   "psql -X -A -t -d \"$ORM_TEST_POSTGRESQL_URL\" -c \"show data_directory\";"
                   "exec >/dev/null; exec sleep 7200'",
                   setting == NULL ? "" : "--set ", setting == NULL ? "" : setting);
    server->output = popen(command, "r");
    assert_non_null(server->output);
    read_line(server, number, sizeof number);
    read_line(server, server->url, sizeof server->url);
    read_line(server, server->log, sizeof server->log);
    read_line(server, server->folder, sizeof server->folder);
    server->sandbox = (pid_t)strtol(number, NULL, 10);
}

/* As the user the server belongs to. */
int test_server_control(const test_server *server, const char *action)
{
    char command[1200];
    (void)snprintf(command, sizeof command,
                   "cd / && %s \"$(ls -d /usr/lib/postgresql/*/bin | tail -n 1)/pg_ctl\" -D '%s' -w"
                   " %s >/dev/null 2>&1 </dev/null",
                   geteuid() == 0 ? "setpriv --reuid=postgres --regid=postgres --init-groups" : "",
                   server->folder, action);
    return system(command);
}

/* The first process goes first: it makes others. Some may be gone by then. */
bool test_server_signal(const test_server *server, const char *name)
{
    char command[1200];
    (void)snprintf(command, sizeof command,
                   "main=$(head -n 1 '%s/postmaster.pid') && kill -%s $main || exit 1;"
                   " for child in $(pgrep -P $main); do kill -%s $child 2>/dev/null; done; true",
                   server->folder, name, name);
    return system(command) == 0;
}

void test_server_stop(test_server *server)
{
    if (server->output == NULL)
        return;
    (void)test_server_control(server, "stop -m immediate");
    (void)kill(server->sandbox, SIGTERM);
    (void)pclose(server->output);
    server->output = NULL;
}
