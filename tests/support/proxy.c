#include "support/proxy.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <stdio.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "support/testing.h"

/* How long an answer is held back: longer than a busy machine halts a client that is not waiting.
 */
enum { HOLD_MS = 10000 };

static int listen_somewhere(int *port_out)
{
    struct sockaddr_in address = {.sin_family = AF_INET};
    socklen_t size = sizeof address;
    int s = socket(AF_INET, SOCK_STREAM, 0);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    assert_int_equal(bind(s, (struct sockaddr *)&address, sizeof address), 0);
    assert_int_equal(listen(s, 64), 0);
    assert_int_equal(getsockname(s, (struct sockaddr *)&address, &size), 0);
    *port_out = ntohs(address.sin_port);
    return s;
}

static int connect_to(int port)
{
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons((uint16_t)port)};
    int one = 1;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    int s = socket(AF_INET, SOCK_STREAM, 0);
    (void)setsockopt(s, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
    if (connect(s, (struct sockaddr *)&address, sizeof address) == 0)
        return s;
    (void)close(s);
    return -1;
}

static void take_client(test_proxy *proxy)
{
    int client = accept(proxy->listener, NULL, NULL);
    int server = atomic_load(&proxy->no_more) ? -1 : connect_to(proxy->server_port);
    int one = 1;
    if (client < 0 || proxy->count == TEST_PROXY_MAX) {
        (void)close(client);
        (void)close(server);
        return;
    }
    (void)setsockopt(client, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
    atomic_fetch_add(&proxy->accepted, 1);
    proxy->pairs[proxy->count].client = client;
    proxy->pairs[proxy->count].server = server;
    proxy->pairs[proxy->count].mute = server < 0;
    proxy->pairs[proxy->count].wire = (test_wire){.left = 0};
    proxy->count++;
}

static bool holds_commit(const char *bytes, size_t size)
{
    static const char word[] = "COMMIT";
    for (size_t i = 0; i + sizeof word <= size + 1; i++)
        if (memcmp(bytes + i, word, sizeof word - 1) == 0)
            return true;
    return false;
}

/* Whether these bytes are where the connection is to be cut; what the server gets is sent. */
static bool is_cut(test_proxy *proxy, int to, const char *bytes, size_t size)
{
    char lost[256];
    int cut = atomic_load(&proxy->cut);
    if (cut == TEST_CUT_NONE || !holds_commit(bytes, size))
        return false;
    atomic_store(&proxy->cut, TEST_CUT_NONE);
    if (cut != TEST_CUT_BEFORE)
        (void)send(to, bytes, size, MSG_NOSIGNAL);
    if (cut == TEST_CUT_AFTER)
        (void)recv(to, lost, sizeof lost, 0);
    return true;
}

/* Whether these bytes end where the server has answered all it was sent. */
static bool holds_end(const char *bytes, size_t size)
{
    static const char open[] = {'Z', 0, 0, 0, 5, 'T'};
    static const char done[] = {'C', 'O', 'M', 'M', 'I', 'T', 0, 'Z', 0, 0, 0, 5, 'I'};
    return (size >= sizeof open && memcmp(bytes + size - sizeof open, open, sizeof open) == 0) ||
           (size >= sizeof done && memcmp(bytes + size - sizeof done, done, sizeof done) == 0);
}

/* What a backend says that is terminated. */
static void send_fatal(int to)
{
    static const char fields[] = "SFATAL\0VFATAL\0C57P01\0"
                                 "Mterminating connection due to administrator command\0";
    const char head[] = {'E', 0, 0, 0, (char)(4 + sizeof fields)};
    (void)send(to, head, sizeof head, MSG_NOSIGNAL);
    (void)send(to, fields, sizeof fields, MSG_NOSIGNAL);
}

/* Passes answers on without their end, if that is wanted. False: the connection is cut. */
static bool withhold_end(test_proxy *proxy, int index, const char *bytes, size_t *size)
{
    int end = atomic_load(&proxy->end);
    int to = proxy->pairs[index].client;
    if (end == TEST_END_NONE || !holds_end(bytes, *size))
        return true;
    atomic_store(&proxy->end, TEST_END_NONE);
    (void)send(to, bytes, *size - 6, MSG_NOSIGNAL);
    if (end == TEST_END_FATAL)
        send_fatal(to);
    proxy->pairs[index].mute = end == TEST_END_SILENT;
    *size = 0;
    return end == TEST_END_SILENT;
}

static void start_trip(test_proxy *proxy)
{
    int delay = atomic_load(&proxy->delay_ms);
    struct timespec pause = {.tv_sec = delay / 1000, .tv_nsec = delay % 1000 * 1000000L};
    atomic_fetch_add(&proxy->trips, 1);
    while (delay > 0 && nanosleep(&pause, &pause) != 0)
        ;
}

static long long milliseconds(void)
{
    struct timespec now;
    (void)clock_gettime(CLOCK_MONOTONIC, &now);
    return (long long)now.tv_sec * 1000 + now.tv_nsec / 1000000 + 1;
}

static void end_message(test_wire *wire)
{
    unsigned char type = wire->connected ? wire->head[0] : 'p';
    wire->connected = true;
    if (type == 'S' && !wire->asks) {
        wire->held = milliseconds();
        return;
    }
    wire->asks = true;
    if (type == 'S' || type == 'H' || type == 'Q' || type == 'p')
        wire->travels = wire->asks = false;
}

/* The first message of a connection has no type. */
static void take_byte(test_wire *wire, unsigned char byte)
{
    if (wire->have < 5) {
        if (wire->have == 0 && !wire->connected)
            wire->head[wire->have++] = 0;
        wire->head[wire->have++] = byte;
        if (wire->have < 5)
            return;
        wire->left = ((size_t)wire->head[1] << 24 | (size_t)wire->head[2] << 16 |
                      (size_t)wire->head[3] << 8 | wire->head[4]) -
                     4;
    } else {
        wire->left--;
    }
    if (wire->left == 0) {
        end_message(wire);
        wire->have = 0;
    }
}

static void follow_client(test_proxy *proxy, test_wire *wire, const char *bytes, size_t size)
{
    for (size_t i = 0; i < size; i++) {
        if (!wire->travels) {
            wire->travels = true;
            start_trip(proxy);
        }
        wire->held = 0;
        take_byte(wire, (unsigned char)bytes[i]);
    }
}

static bool holds_back(test_wire *wire)
{
    if (wire->held != 0 && milliseconds() - wire->held >= HOLD_MS) {
        wire->held = 0;
        wire->travels = false;
    }
    return wire->held != 0;
}

/* False: one side has hung up. */
static bool pass(test_proxy *proxy, int index, bool from_client)
{
    char bytes[16384];
    int from = from_client ? proxy->pairs[index].client : proxy->pairs[index].server;
    int to = from_client ? proxy->pairs[index].server : proxy->pairs[index].client;
    ssize_t got = recv(from, bytes, sizeof bytes, 0);
    size_t size = got > 0 ? (size_t)got : 0;
    if (size == 0 || (from_client && is_cut(proxy, to, bytes, size)) ||
        (!from_client && !withhold_end(proxy, index, bytes, &size)))
        return false;
    if (from_client)
        follow_client(proxy, &proxy->pairs[index].wire, bytes, size);
    atomic_fetch_add(&proxy->bytes, (long)size);
    return size == 0 || send(to, bytes, size, MSG_NOSIGNAL) == (ssize_t)size;
}

static void hang_up(test_proxy *proxy, int index)
{
    (void)close(proxy->pairs[index].client);
    if (proxy->pairs[index].server >= 0)
        (void)close(proxy->pairs[index].server);
    proxy->pairs[index] = proxy->pairs[--proxy->count];
}

static void *run(void *context)
{
    test_proxy *proxy = context;
    while (!atomic_load(&proxy->stop)) {
        struct pollfd entries[1 + 2 * TEST_PROXY_MAX];
        int count = proxy->count;
        entries[0] = (struct pollfd){.fd = proxy->listener, .events = POLLIN};
        for (int i = 0; i < count; i++) {
            bool mute = atomic_load(&proxy->silent) || proxy->pairs[i].mute;
            proxy->pairs[i].mute = mute;
            entries[1 + 2 * i].fd = mute ? -1 : proxy->pairs[i].client;
            bool held = holds_back(&proxy->pairs[i].wire);
            entries[2 + 2 * i].fd = mute || held ? -1 : proxy->pairs[i].server;
            entries[1 + 2 * i].events = entries[2 + 2 * i].events = POLLIN;
            entries[1 + 2 * i].revents = entries[2 + 2 * i].revents = 0;
        }
        if (poll(entries, (nfds_t)(1 + 2 * count), 2) <= 0)
            continue;
        if (entries[0].revents & POLLIN)
            take_client(proxy);
        for (int i = count - 1; i >= 0; i--) {
            if (atomic_load(&proxy->silent))
                break;
            bool alive = true;
            if (entries[1 + 2 * i].revents != 0)
                alive = pass(proxy, i, true);
            if (alive && entries[2 + 2 * i].revents != 0)
                alive = pass(proxy, i, false);
            if (!alive)
                hang_up(proxy, i);
        }
    }
    return NULL;
}

void test_proxy_start(test_proxy *proxy, const char *database, char *url, size_t size)
{
    const char *server = getenv("ORM_TEST_POSTGRESQL_TCP_URL");
    memset(proxy, 0, sizeof *proxy);
    assert_non_null(server);
    const char *port = strstr(server, "127.0.0.1:");
    assert_non_null(port);
    proxy->server_port = (int)strtol(port + 10, NULL, 10);
    proxy->listener = listen_somewhere(&proxy->port);
    assert_int_equal(pthread_create(&proxy->thread, NULL, run, proxy), 0);
    (void)snprintf(url, size, "postgresql://postgres@127.0.0.1:%d/%s?sslmode=disable", proxy->port,
                   database);
}

void test_proxy_stop(test_proxy *proxy)
{
    atomic_store(&proxy->stop, true);
    (void)pthread_join(proxy->thread, NULL);
    while (proxy->count > 0)
        hang_up(proxy, 0);
    (void)close(proxy->listener);
}
