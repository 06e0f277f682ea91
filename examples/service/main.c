/* A service over HTTP: README.md walks through it. Everything is said by the environment. */
#include <pthread.h>
#include <signal.h>
#include <stdio.h>

#include "listener.h"
#include "service.h"
#include "worker.h"

/* Threads take the end from sigtimedwait; a loop has handlers of its own. */
static void prepare_signals(service_mode mode)
{
    sigset_t ends;
    sigemptyset(&ends);
    sigaddset(&ends, SIGTERM);
    sigaddset(&ends, SIGINT);
    if (mode == MODE_THREADS)
        (void)pthread_sigmask(SIG_BLOCK, &ends, NULL);
    (void)signal(SIGPIPE, SIG_IGN);
}

int main(void)
{
    service_config config;
    struct service service = {.config = &config};
    if (!config_read(&config, stderr))
        return 2;
    prepare_signals(config.mode);
    int listening = listener_open(&config);
    if (listening < 0)
        return 1;
    if (!worker_start(&config, &service.worker))
        return 1;
    int status = config.mode == MODE_LOOP ? serve_by_loop(&service, listening)
                                          : serve_by_threads(&service, listening);
    return worker_end(service.worker) ? status : 1;
}
