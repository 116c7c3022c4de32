/* audit/channel.h - the socket between a worker thread and the auditor: one packet, some records.
 *
 * Knows nothing of disks. A channel is a SOCK_SEQPACKET pair, both ends close-on-exec and never
 * blocking; channel_open() makes it, whoever holds an end closes it. A packet is a list of
 * messages: each its ticket (u64, little-endian), a kind byte, its length (u32) and its bytes. What
 * a thread has to say in one turn of its loop goes in one packet: one system call, one wake-up. An
 * answer is a list of acknowledgements. The master hands channels to the auditor over a control
 * pair of the same sort. */
#ifndef AUDIT_CHANNEL_H
#define AUDIT_CHANNEL_H

#include "proxy/base/base.h"
#include "proxy/base/buf.h"
#include "proxy/base/slice.h"

enum channel_kind { CHANNEL_RECORD = 1, CHANNEL_POLICY, CHANNEL_KEYS };

enum {
    CHANNEL_ACKS = 64,                /* most acknowledgements in one answer */
    CHANNEL_MESSAGE_MAX = 180 * 1024, /* most bytes of a message, its head not counted */
    CHANNEL_HEAD = 13,
    CHANNEL_PACK = 64, /* most messages of a packet */
    CHANNEL_PACKET_MAX = CHANNEL_MESSAGE_MAX + CHANNEL_HEAD
};

/* The auditor's word on one request. ok: durable (a policy bundle: stored; a `policy.change`:
 * cosigned too, where the log has witnesses, and until then there is no answer: a worker's goes
 * under the ticket CHANNEL_POLICY_SAID). With the ticket CHANNEL_RENEW it is none: the keys that
 * the worker has may be destroyed, it must take new ones and then send an empty message of keys,
 * behind the last record under the old ones. */
#define CHANNEL_RENEW UINT64_MAX
#define CHANNEL_POLICY_SAID (UINT64_MAX - 1)
struct channel_ack {
    uint64_t ticket; /* as the worker sent it */
    uint64_t seq;    /* of the record; 0 for a policy bundle */
    bool ok;
};

/* A pair: ends[0] for the worker (or master), ends[1] for the auditor. GW_IO: see errno. */
GW_MUST gw_result channel_open(int ends[2]);

/* Worker: adds what record_encode() made to a packet, which may grow to CHANNEL_PACKET_MAX. At most
 * CHANNEL_PACK messages. GW_TOO_BIG, GW_NO_MEMORY: nothing was added. */
GW_MUST gw_result channel_pack(struct buf *packet, uint64_t ticket, struct slice message);
/* The same for wrapped keys (audit/keyring.h), in front of the record that needs them. Nobody waits
 * for their answer. */
GW_MUST gw_result channel_pack_keys(struct buf *packet, struct slice message);
/* Worker: sends a packet. GW_AGAIN: full, nothing was sent, wait for POLLOUT; GW_UNAVAILABLE: the
 * auditor is gone. */
GW_MUST gw_result channel_send(int fd, struct slice packet);
/* Worker or master: the bytes of a policy bundle, in a packet of its own; also GW_TOO_BIG. */
GW_MUST gw_result channel_send_policy(int fd, uint64_t ticket, struct slice bundle);
/* Worker: the next answer. room must be at least CHANNEL_ACKS. GW_AGAIN: none waits (*n is 0);
 * GW_UNAVAILABLE: the auditor closed, whatever was not acknowledged counts as not written. */
GW_MUST gw_result channel_receive(int fd, struct channel_ack *acks, size_t room, size_t *n);

/* What the master says to a child: stop (drain), or: here is a channel, to the auditor or to the
 * resolver. */
enum channel_word { CHANNEL_STOP = 's', CHANNEL_AUDIT = 'c', CHANNEL_NAMES = 'n' };

/* Master: gives a child its end of a channel; the caller still closes its own copy. */
GW_MUST gw_result channel_send_fd(int control_fd, enum channel_word word, int fd);
/* Master: asks the auditor to drain, write log.stop and end. Closing the pair does the same. */
GW_MUST gw_result channel_send_stop(int control_fd);

/* Auditor: the next packet, into at[0..room), room at least CHANNEL_PACKET_MAX. GW_AGAIN,
 * GW_UNAVAILABLE (closed), GW_BAD (malformed). */
GW_MUST gw_result channel_take(int fd, char *at, size_t room, struct slice *packet);
/* Auditor: takes the next message off the packet; *message is borrowed from it. GW_NOT_FOUND: none
 * is left; GW_BAD: malformed, drop the channel. */
GW_MUST gw_result channel_next(struct slice *packet, uint64_t *ticket, enum channel_kind *kind,
                               struct slice *message);
/* Auditor: answers; n at most CHANNEL_ACKS. Waits up to a second for a worker that does not read,
 * then GW_UNAVAILABLE: drop the channel. */
GW_MUST gw_result channel_answer(int fd, const struct channel_ack *acks, size_t n);
/* Child: what the master says. A channel in *fd, which is -1 with CHANNEL_STOP and never with the
 * others. GW_AGAIN: nothing. */
GW_MUST gw_result channel_take_fd(int control_fd, enum channel_word *word, int *fd);

#endif
