#include "exec/process.h"

#include <stddef.h>
#include <sys/mman.h>
#include <unistd.h>

/* Rounded up to a page by the system. */
enum { PAGE_SIZE_ASKED = 1 };

static unsigned char *wiped_on_fork(void)
{
#ifdef MADV_WIPEONFORK
    void *page = mmap(NULL, PAGE_SIZE_ASKED, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS,
                      -1, 0);
    if (page == MAP_FAILED)
        return NULL;
    if (madvise(page, PAGE_SIZE_ASKED, MADV_WIPEONFORK) == 0)
        return page;
    (void)munmap(page, PAGE_SIZE_ASKED);
#endif
    return NULL;
}

void orm__process_note(orm__process *process)
{
    process->id = (long)getpid();
    process->page = wiped_on_fork();
    if (process->page != NULL)
        *process->page = 1;
}

bool orm__process_is_same(const orm__process *process)
{
    if (process->page != NULL)
        return *process->page == 1;
    return process->id == (long)getpid();
}

void orm__process_dispose(orm__process *process)
{
    if (process->page != NULL)
        (void)munmap(process->page, PAGE_SIZE_ASKED);
    process->page = NULL;
}
