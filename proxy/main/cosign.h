/* proxy/main/cosign.h - the newest checkpoint of a log goes to each witness of a C2SP tlog-policy
 * that has a URL, with the proof that the log only grew since that one saw it last
 * (`add-checkpoint`).
 *
 * For `bulla audit anchor`, for the verbs that wait for witnesses, and for the shipper, when a
 * policy waits for them. What they cosigned is kept as anchor/SIZE.witnessed.checkpoint. Owns
 * nothing but during the call. */
#ifndef PROXY_MAIN_COSIGN_H
#define PROXY_MAIN_COSIGN_H

#include "audit/prove.h"
#include "audit/quorum.h"
#include "proxy/base/base.h"

struct cosign {
    const struct prove *log;
    const char *ca_file; /* for https; NULL: the system's */
    void (*complain)(const struct quorum_node *witness, const char *reason);
};

struct cosign_found {
    bool is_contradicted; /* one of them has seen another log: the alarm */
    bool is_met;
    size_t signers;
};

/* Each of them once; waits for every answer, at most half a minute each. GW_IO: what they cosigned
 * cannot be kept; GW_NO_MEMORY. */
GW_MUST gw_result cosign_ask(const struct cosign *c, const struct quorum *q,
                             struct cosign_found *out);
/* The ports that their URLs name, at most `room` of them; one whose URL is none is passed over. */
size_t cosign_ports(const struct quorum *q, unsigned *ports, size_t room);

#endif
