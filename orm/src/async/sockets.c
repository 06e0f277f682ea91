/*
 * Waiting for sockets. A handle stays armed after its wait: another one follows as a rule, and
 * arming costs system calls. When something comes and nobody waits it is disarmed.
 */
#include <string.h>

#include "async/loop.h"
#include "base/allocator.h"

typedef struct orm__socket {
    uv_poll_t handle;
    orm_uv *uv;
    orm_task *task; /* that waits */
    int events;     /* of libuv, for which it is armed; 0: none */
    int ready;      /* ORM_WAIT_* that came */
    int asked;      /* ORM_WAIT_* that are waited for */
} orm__socket;

static void on_poll(uv_poll_t *handle, int status, int events)
{
    orm__socket *socket = handle->data;
    if (socket->task == NULL || status < 0) {
        (void)uv_poll_stop(handle);
        socket->events = 0;
    }
    if (socket->task == NULL)
        return;
    /* An error or hang-up is met by whichever operation is tried next. */
    if (status < 0 || (events & UV_DISCONNECT))
        socket->ready = socket->asked;
    if (events & UV_READABLE)
        socket->ready |= ORM_WAIT_READ;
    if (events & UV_WRITABLE)
        socket->ready |= ORM_WAIT_WRITE;
    orm__task_ready(socket->task);
}

static void on_closed(uv_handle_t *handle)
{
    orm__socket *socket = handle->data;
    orm_uv *uv = socket->uv;
    orm__free(&uv->allocator, socket, sizeof *socket);
    orm__handle_closed(uv);
}

static void close_socket(orm_uv *uv, int fd)
{
    if (fd < 0 || (size_t)fd >= uv->socket_capacity || uv->sockets[fd] == NULL)
        return;
    uv_poll_t *handle = &uv->sockets[fd]->handle;
    uv->sockets[fd] = NULL;
    (void)uv_poll_stop(handle);
    uv_close((uv_handle_t *)handle, on_closed);
}

static bool make_room(orm_uv *uv, int fd)
{
    size_t capacity = uv->socket_capacity;
    if ((size_t)fd < capacity)
        return true;
    size_t wider = capacity == 0 ? 64 : capacity;
    while (wider <= (size_t)fd)
        wider *= 2;
    orm__socket **sockets = orm__resize(&uv->allocator, uv->sockets, capacity * sizeof *sockets,
                                        wider * sizeof *sockets);
    if (sockets == NULL)
        return false;
    memset(sockets + capacity, 0, (wider - capacity) * sizeof *sockets);
    uv->sockets = sockets;
    uv->socket_capacity = wider;
    return true;
}

static orm_status get_socket(orm_uv *uv, int fd, orm__socket **socket_out)
{
    if (fd < 0)
        return ORM_MISUSE;
    if (!make_room(uv, fd))
        return ORM_NOMEM;
    *socket_out = uv->sockets[fd];
    if (*socket_out != NULL)
        return ORM_OK;
    orm__socket *socket = orm__alloc_zero(&uv->allocator, sizeof *socket);
    if (socket == NULL)
        return ORM_NOMEM;
    if (uv_poll_init(uv->loop, &socket->handle, fd) != 0) {
        orm__free(&uv->allocator, socket, sizeof *socket);
        return ORM_RESOURCE;
    }
    /* Tasks that wait keep the loop alive, not sockets. */
    uv_unref((uv_handle_t *)&socket->handle);
    socket->handle.data = socket;
    socket->uv = uv;
    uv->handles++;
    uv->sockets[fd] = *socket_out = socket;
    return ORM_OK;
}

/* What other threads have closed, before a number comes back as another socket. */
static void close_forgotten(orm_uv *uv)
{
    if (!atomic_load(&uv->has_forgotten))
        return;
    (void)pthread_mutex_lock(&uv->mutex);
    for (size_t i = 0; i < uv->forgotten_count; i++)
        close_socket(uv, uv->forgotten[i]);
    for (size_t fd = 0; uv->forgot_too_many && fd < uv->socket_capacity; fd++)
        if (uv->sockets[fd] != NULL && uv->sockets[fd]->task == NULL)
            close_socket(uv, (int)fd);
    uv->forgot_too_many = false;
    uv->forgotten_count = 0;
    atomic_store(&uv->has_forgotten, false);
    (void)pthread_mutex_unlock(&uv->mutex);
}

static bool arm(orm__socket *socket, int events)
{
    int wanted = UV_DISCONNECT;
    if (events & ORM_WAIT_READ)
        wanted |= UV_READABLE;
    if (events & ORM_WAIT_WRITE)
        wanted |= UV_WRITABLE;
    if (socket->events == wanted)
        return true;
    socket->events = uv_poll_start(&socket->handle, wanted, on_poll) == 0 ? wanted : 0;
    return socket->events != 0;
}

orm_status orm__socket_wait(orm_uv *uv, orm_task *task, int fd, int events, orm_deadline deadline,
                            int *ready_out)
{
    orm__socket *socket = NULL;
    *ready_out = 0;
    close_forgotten(uv);
    orm_status status = get_socket(uv, fd, &socket);
    if (status != ORM_OK)
        return status;
    if (socket->task != NULL)
        return ORM_MISUSE;
    socket->task = task;
    socket->asked = events;
    socket->ready = 0;
    status = arm(socket, events) ? ORM_OK : ORM_RESOURCE;
    while (status == ORM_OK && socket->ready == 0)
        status = orm__task_stop(task, deadline);
    socket->task = NULL;
    /* What is armed and not known to the system yet must not outlive its socket. */
    if (socket->ready == 0) {
        (void)uv_poll_stop(&socket->handle);
        socket->events = 0;
    }
    *ready_out = socket->ready;
    /* What has come counts after the deadline, too. */
    return status == ORM_TIMEOUT && socket->ready != 0 ? ORM_OK : status;
}

static void remember(orm_uv *uv, int fd)
{
    size_t capacity = uv->forgotten_capacity;
    if (uv->forgotten_count == capacity) {
        size_t wider = capacity == 0 ? 16 : 2 * capacity;
        int *list = orm__resize(&uv->allocator, uv->forgotten, capacity * sizeof *list,
                                wider * sizeof *list);
        uv->forgot_too_many = list == NULL;
        if (list == NULL)
            return;
        uv->forgotten = list;
        uv->forgotten_capacity = wider;
    }
    uv->forgotten[uv->forgotten_count++] = fd;
}

void orm__socket_forget(orm_uv *uv, int fd)
{
    if (orm__is_on_loop(uv)) {
        close_socket(uv, fd);
        return;
    }
    (void)pthread_mutex_lock(&uv->mutex);
    remember(uv, fd);
    atomic_store(&uv->has_forgotten, true);
    (void)pthread_mutex_unlock(&uv->mutex);
}

void orm__sockets_close(orm_uv *uv)
{
    for (size_t fd = 0; fd < uv->socket_capacity; fd++)
        close_socket(uv, (int)fd);
}
