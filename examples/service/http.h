/* What both ways to serve have in common: requests by libmicrohttpd, and the end of a process. */
#ifndef SERVICE_HTTP_H
#define SERVICE_HTTP_H

#include <microhttpd.h>
#include <pthread.h>

#include "request.h"

struct http;

/*
 * Answers a request whose body is complete. When it returns true there is an answer; else the
 * connection was suspended, and is resumed when there is one.
 */
typedef bool http_answer(struct http *http, struct MHD_Connection *connection,
                         struct request *request);

struct http {
    struct service *service;
    struct MHD_Daemon *daemon;
    http_answer *answer;
    int listening;
    pthread_mutex_t mutex; /* over the connections */
    struct connection *connections;
    int64_t connection_count;
    int64_t drain_started; /* 0: not draining */
};

/* Starts serving: `flags` are those of the mode. False when libmicrohttpd could not. */
bool http_start(struct http *http, unsigned flags);

/* To be called every second or so: closes connections on which nothing comes. */
void http_sweep(struct http *http);

/*
 * From SIGTERM on. begin: no new connections are made; those that clients have made already are
 * accepted. step, to be called every few milliseconds: true when all is answered, or the time for
 * that is over.
 */
void http_drain_begin(struct http *http);
bool http_drain_step(struct http *http);

/* After the last answer. */
void http_stop(struct http *http);

#endif
