/* Keys of rows whose memory is given back, for those who watch the session. */
#ifndef ORM_SESSION_DIGEST_H
#define ORM_SESSION_DIGEST_H

#include "base/region.h"
#include "session/session.h"

/* Takes the keys of the list's rows, which are still there, and empties it. */
void orm__digest_take(orm_session *session, orm__result *result);

/* What is kept of lists that this call makes; NULL: there is no room. session. */
orm__digest *orm__digest_for(orm_session *session, const orm_model *model,
                             const orm_relation *relation, orm_site site);

/* False: there is no room for the value. */
bool orm__digest_add(orm_session *session, const orm__digest *digest, uint16_t column,
                     uint64_t hash);

/* Digests and takes out the session's results newer than `until`, but for those that streams fill
 * again. */
void orm__digest_release(orm_session *session, const orm__result *until);

/* Keeps an empty result, which is not among the session's any more, for the next list. */
void orm__digest_spare(orm_session *session, orm__result *result);

/* Learns whether loads in memory that goes were read. */
void orm__eager_release(orm_session *session, const orm__region *region);

#endif
