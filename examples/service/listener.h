/* The socket that clients connect to. */
#ifndef SERVICE_LISTENER_H
#define SERVICE_LISTENER_H

#include "config.h"

/* -1 with a complaint on stderr; else says on stderr where it listens. */
int listener_open(const service_config *config);

/*
 * Lets no further client begin to connect, while those that have begun get through and can be
 * accepted: there is then a moment at which none is left, and closing loses nobody.
 */
void listener_refuse(int listening);

void listener_close(int listening);

#endif
