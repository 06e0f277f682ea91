/*
 * Names the task whose stack overflowed. The handler runs on a stack of its own, as the task's is
 * used up, and calls nothing that may not be called in a signal handler.
 */
#include <signal.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "async/loop.h"
#include "base/fail.h"

enum { SIGNAL_STACK = 64 * 1024, SIGNALS = 2 };

static const int signals[SIGNALS] = {SIGSEGV, SIGBUS};

/* Of the process, as signals are; written once, before any task can fault. */
static struct sigaction before[SIGNALS];
static bool installed;
static pthread_mutex_t install_mutex = PTHREAD_MUTEX_INITIALIZER;

static void say(const char *text)
{
    ssize_t written = write(STDERR_FILENO, text, strlen(text));
    (void)written;
}

static void say_number(size_t number)
{
    char digits[24];
    char *at = digits + sizeof digits - 1;
    *at = '\0';
    do {
        *--at = (char)('0' + number % 10);
        number /= 10;
    } while (number > 0);
    say(at);
}

static void report(const orm_task *task)
{
    say("orm: the task \"");
    say(task->name);
    say("\" overflowed its stack of ");
    say_number(task->fiber.size / 1024);
    say(" KiB; raise .stack_size of orm_uv_options, or use less of it\n");
}

static void on_fault(int number, siginfo_t *info, void *context)
{
    const orm__present *present = orm__thread_present();
    const orm_task *task = present->errand == NULL ? present->task : NULL;
    if (task != NULL && orm__stack_guards(&task->uv->stacks, task->fiber.stack, info->si_addr))
        report(task);
    const struct sigaction *old = &before[number == SIGSEGV ? 0 : 1];
    if (old->sa_flags & SA_SIGINFO) {
        old->sa_sigaction(number, info, context);
    } else if (old->sa_handler != SIG_DFL && old->sa_handler != SIG_IGN) {
        old->sa_handler(number);
    } else {
        /* The same fault comes again, and finds what was there without us. */
        struct sigaction fatal;
        memset(&fatal, 0, sizeof fatal);
        fatal.sa_handler = SIG_DFL;
        (void)sigaction(number, &fatal, NULL);
    }
}

static bool install(void)
{
    struct sigaction action;
    memset(&action, 0, sizeof action);
    action.sa_sigaction = on_fault;
    action.sa_flags = SA_SIGINFO | SA_ONSTACK;
    (void)sigemptyset(&action.sa_mask);
    (void)pthread_mutex_lock(&install_mutex);
    for (int i = 0; i < SIGNALS && !installed; i++)
        if (sigaction(signals[i], NULL, &before[i]) != 0 ||
            sigaction(signals[i], &action, NULL) != 0)
            break;
        else
            installed = i == SIGNALS - 1;
    bool done = installed;
    (void)pthread_mutex_unlock(&install_mutex);
    return done;
}

orm_status orm__overflow_watch(orm_uv *uv, orm_error *error)
{
    stack_t present;
    /* One that is there already, of a sanitizer say, will do. */
    bool has_one = sigaltstack(NULL, &present) == 0 && (present.ss_flags & SS_DISABLE) == 0;
    if (!has_one) {
        void *stack =
            mmap(NULL, SIGNAL_STACK, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
        if (stack == MAP_FAILED)
            return orm__fail(error, ORM_NOMEM, "no memory for a signal stack");
        uv->signal_stack = stack;
        stack_t own = {.ss_sp = stack, .ss_size = SIGNAL_STACK};
        if (sigaltstack(&own, NULL) != 0) {
            orm__overflow_unwatch(uv);
            return orm__fail(error, ORM_RESOURCE, "cannot set a signal stack");
        }
    }
    if (install())
        return ORM_OK;
    orm__overflow_unwatch(uv);
    return orm__fail(error, ORM_RESOURCE, "cannot install a handler of SIGSEGV");
}

void orm__overflow_unwatch(orm_uv *uv)
{
    stack_t none = {.ss_flags = SS_DISABLE};
    if (uv->signal_stack == NULL)
        return;
    (void)sigaltstack(&none, NULL);
    (void)munmap(uv->signal_stack, SIGNAL_STACK);
    uv->signal_stack = NULL;
}
