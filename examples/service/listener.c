#include "listener.h"

#include <arpa/inet.h>
#include <errno.h>
#include <linux/filter.h>
#include <netdb.h>
#include <netinet/in.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

static int complain(const service_config *config, const char *what)
{
    fprintf(stderr, "service: can't listen on SERVICE_ADDRESS %s, SERVICE_PORT %d: %s\n",
            config->address, (int)config->port, what);
    return -1;
}

/* The port may have been the system's choice. */
static void announce(const service_config *config, int listening)
{
    struct sockaddr_storage bound;
    socklen_t size = sizeof bound;
    char port[16] = "?";
    if (getsockname(listening, (struct sockaddr *)&bound, &size) == 0)
        (void)getnameinfo((struct sockaddr *)&bound, size, NULL, 0, port, sizeof port,
                          NI_NUMERICSERV);
    fprintf(stderr, "{\"event\":\"listening\",\"address\":\"%s\",\"port\":%s,\"mode\":\"%s\"}\n",
            config->address, port, config->mode == MODE_LOOP ? "loop" : "threads");
}

int listener_open(const service_config *config)
{
    const struct addrinfo hints = {
        .ai_flags = AI_NUMERICHOST | AI_NUMERICSERV | AI_PASSIVE, .ai_socktype = SOCK_STREAM};
    struct addrinfo *found = NULL;
    char port[16];
    const int yes = 1;
    snprintf(port, sizeof port, "%d", (int)config->port);
    int failure = getaddrinfo(config->address, port, &hints, &found);
    if (failure != 0)
        return complain(config, gai_strerror(failure));
    int listening = socket(found->ai_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    if (listening < 0 ||
        setsockopt(listening, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof yes) != 0 ||
        bind(listening, found->ai_addr, found->ai_addrlen) != 0 ||
        listen(listening, SOMAXCONN) != 0) {
        (void)complain(config, strerror(errno));
        if (listening >= 0)
            close(listening);
        listening = -1;
    }
    freeaddrinfo(found);
    if (listening >= 0)
        announce(config, listening);
    return listening;
}

void listener_refuse(int listening)
{
    /* Drops what asks for a new connection: SYN without ACK, in the 14th byte of TCP's header. */
    struct sock_filter code[] = {
        BPF_STMT(BPF_LD | BPF_B | BPF_ABS, 13),
        BPF_STMT(BPF_ALU | BPF_AND | BPF_K, 0x12),
        BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, 0x02, 0, 1),
        BPF_STMT(BPF_RET | BPF_K, 0),
        BPF_STMT(BPF_RET | BPF_K, 0xffffffff),
    };
    const struct sock_fprog program = {.len = sizeof code / sizeof code[0], .filter = code};
    if (setsockopt(listening, SOL_SOCKET, SO_ATTACH_FILTER, &program, sizeof program) != 0)
        fprintf(stderr, "service: new connections can't be kept off: %s\n", strerror(errno));
}

void listener_close(int listening)
{
    close(listening);
}
