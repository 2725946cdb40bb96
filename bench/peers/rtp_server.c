/*
 * The bare minimum an RTP server can do: one thread, epoll, recvmmsg, sendmmsg, no codec, no checks.
 *
 *   rtp_server relay FIRST-PORT CALLS   call i: what comes on FIRST+4i goes out of FIRST+4i+2 to whoever spoke there, and back
 *   rtp_server echo  FIRST-PORT CALLS   stream i: what comes on FIRST+2i goes back to its sender
 */
#include "udp.h"

enum { batch = 16, packet = 1500, events = 256 };

struct side { int socket; struct side *other; struct sockaddr_in peer; };

static volatile sig_atomic_t stopping;
static void stop(int signal) { (void)signal; stopping = 1; }

int main(int argc, char **argv)
{
    if (argc != 4) { fprintf(stderr, "usage: %s relay|echo FIRST-PORT CALLS\n", argv[0]); return 2; }
    int relay = strcmp(argv[1], "relay") == 0, first = atoi(argv[2]), calls = atoi(argv[3]);
    int count = relay ? 2 * calls : calls;
    signal(SIGINT, stop);
    signal(SIGTERM, stop);
    allow_many_sockets();

    struct side *sides = calloc(count, sizeof *sides);
    int poll = epoll_create1(0);
    for (int i = 0; i < count; i++) {
        sides[i].socket = udp_socket(first + 2 * i);
        sides[i].other = relay ? &sides[i ^ 1] : &sides[i];
        struct epoll_event e = { .events = EPOLLIN, .data.ptr = &sides[i] };
        epoll_ctl(poll, EPOLL_CTL_ADD, sides[i].socket, &e);
    }

    static char buffers[batch][packet];
    struct sockaddr_in from[batch];
    struct iovec pieces[batch];
    struct mmsghdr messages[batch];
    long packets = 0;
    while (!stopping) {
        struct epoll_event ready[events];
        int n = epoll_wait(poll, ready, events, -1);
        for (int e = 0; e < n; e++) {
            struct side *side = ready[e].data.ptr;
            for (int i = 0; i < batch; i++) {
                pieces[i] = (struct iovec){ buffers[i], packet };
                messages[i].msg_hdr = (struct msghdr){ .msg_name = &from[i], .msg_namelen = sizeof from[i], .msg_iov = &pieces[i], .msg_iovlen = 1 };
            }
            int got = recvmmsg(side->socket, messages, batch, MSG_DONTWAIT, NULL);
            if (got <= 0) continue;
            side->peer = from[got - 1];
            if (side->other->peer.sin_port == 0) continue;
            for (int i = 0; i < got; i++) {
                pieces[i].iov_len = messages[i].msg_len;
                messages[i].msg_hdr.msg_name = &side->other->peer;
            }
            sendmmsg(side->other->socket, messages, got, 0);
            packets += got;
        }
    }
    fprintf(stderr, "%ld packets\n", packets);
    return 0;
}
