/* Keys of rows whose memory is given back, for those who watch the session. */
#ifndef ORM_SESSION_DIGEST_H
#define ORM_SESSION_DIGEST_H

#include "base/region.h"
#include "session/session.h"

/* Takes the keys of the list's rows, which are still there, and empties it. */
void orm__digest_take(orm_session *session, orm__result *result);

/* Digests and takes out the session's results newer than `until`, but for those that streams fill
 * again. */
void orm__digest_release(orm_session *session, const orm__result *until);

/* Keeps an empty result, which is not among the session's any more, for the next list. */
void orm__digest_spare(orm_session *session, orm__result *result);

/* Learns whether loads in memory that goes were read. */
void orm__eager_release(orm_session *session, const orm__region *region);

#endif
