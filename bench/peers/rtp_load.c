/*
 * Speaks N streams of G.711 (50 packets a second, 172 bytes) through a server and measures what comes out: how many
 * packets, and how long each was on its way. Packets leave one by one, evenly spread over the 20 ms, because a server that is
 * woken for each is the hard case; the program never sleeps, so give it a core of its own.
 *
 *   rtp_load relay FIRST-PORT CALLS SECONDS            bare relay: both ends of each call, two streams a call
 *   rtp_load echo  FIRST-PORT STREAMS SECONDS          bare echo
 *   rtp_load ng PORT CALLS SECONDS                     rtpengine: asks for ports over its ng protocol, then as relay
 *   rtp_load sip-bridge PORT CALLS SECONDS [PREFIX]    a SIP server: calls PREFIX + escaped URI of itself, answers the other leg
 *   rtp_load sip-echo PORT STREAMS SECONDS [USER]      a SIP server: calls USER (echo); the payload may be transcoded, so no delay
 *
 * Prints, after a second of warm-up: packets sent, received and lost, the time on their way in microseconds, and the CPU
 * time per packet of the server whose process id is in SERVER_PID.
 */
#include "udp.h"

enum { size = 172, rate = 50, max_delay_us = 200000 };

struct stream { int socket; struct sockaddr_in target; uint16_t sequence; uint32_t timestamp; int answered; char tag[64]; };

static struct stream *streams;
static int count, poll_fd;
static long sent, received, leaving, *histogram;
static int timed = 1, counting;

static struct sockaddr_in local(int port)
{
    return (struct sockaddr_in){ .sin_family = AF_INET, .sin_port = htons(port), .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
}

static int port_of(int s)
{
    struct sockaddr_in at;
    socklen_t length = sizeof at;
    getsockname(s, (struct sockaddr *)&at, &length);
    return ntohs(at.sin_port);
}

static void make_streams(int n)
{
    count = n;
    streams = calloc(n, sizeof *streams);
    poll_fd = epoll_create1(0);
    for (int i = 0; i < n; i++) {
        streams[i].socket = udp_socket(0);
        struct epoll_event e = { .events = EPOLLIN, .data.ptr = &streams[i] };
        epoll_ctl(poll_fd, EPOLL_CTL_ADD, streams[i].socket, &e);
    }
}

/*
 * The time a packet left is in its first sixteen samples, four bits in each, in bytes that a G.711 decoder and encoder give back as they came; what a
 * server makes up itself, silence or concealment, does not look like it.
 */
static void write_time(unsigned char *p, int64_t time)
{
    for (int i = 0; i < 16; i++) p[i] = 0xa0 | (time >> 4 * i & 15);
}

static int64_t read_time(const unsigned char *p)
{
    int64_t time = 0;
    for (int i = 0; i < 16; i++) {
        if ((p[i] & 0xf0) != 0xa0) return 0;
        time |= (int64_t)(p[i] & 15) << 4 * i;
    }
    return time;
}

static void send_packet(struct stream *s, int index)
{
    unsigned char p[size] = { 0x80, 0 };
    s->sequence++;
    s->timestamp += 160;
    uint16_t sequence = htons(s->sequence);
    uint32_t timestamp = htonl(s->timestamp), source = htonl(0x1000 + index);
    memcpy(p + 2, &sequence, 2);
    memcpy(p + 4, &timestamp, 4);
    memcpy(p + 8, &source, 4);
    memset(p + 12, 0xd5 ^ (index & 0x3f), size - 12);
    write_time(p + 12, now_ns());
    if (sendto(s->socket, p, size, 0, (struct sockaddr *)&s->target, sizeof s->target) == size && counting) sent++;
}

static void receive_packets(void)
{
    struct epoll_event ready[64];
    int n = epoll_wait(poll_fd, ready, 64, 0);
    for (int e = 0; e < n; e++) {
        struct stream *s = ready[e].data.ptr;
        unsigned char p[2048];
        ssize_t length;
        while ((length = recv(s->socket, p, sizeof p, 0)) > 0) {
            if (!counting || length < 28) continue;
            leaving++;
            int64_t then = read_time(p + 12);
            if (timed && !then) continue;
            received++;
            int64_t us = (now_ns() - then) / 1000;
            if (timed) histogram[us < 0 ? 0 : us >= max_delay_us ? max_delay_us - 1 : us]++;
        }
    }
}

/* The user and system time the server (SERVER_PID) has used so far, in microseconds; 0 without one. */
static double server_cpu_us(void)
{
    const char *pid = getenv("SERVER_PID");
    if (!pid) return 0;
    char path[64], line[1024];
    snprintf(path, sizeof path, "/proc/%s/stat", pid);
    FILE *f = fopen(path, "r");
    if (!f || !fgets(line, sizeof line, f)) { fprintf(stderr, "no %s: the server has ended\n", path); exit(1); }
    fclose(f);
    unsigned long user, system;
    /* The name may hold blanks: count from its closing bracket. */
    sscanf(strrchr(line, ')') + 2, "%*c %*d %*d %*d %*d %*d %*u %*u %*u %*u %*u %lu %lu", &user, &system);
    return (user + system) * 1e6 / sysconf(_SC_CLK_TCK);
}

static int quantile(double q)
{
    long total = 0, seen = 0;
    for (int i = 0; i < max_delay_us; i++) total += histogram[i];
    for (int i = 0; i < max_delay_us; i++)
        if ((seen += histogram[i]) > total * q) return i;
    return 0;
}

static void stream_for(int seconds)
{
    histogram = calloc(max_delay_us, sizeof *histogram);
    int64_t step = 1000000000LL / rate / count, next = now_ns(), warm = next + 1000000000LL, end = warm + seconds * 1000000000LL;
    double cpu = 0;
    for (int i = 0; now_ns() < end; i = (i + 1) % count) {
        if (!counting && now_ns() >= warm) {
            cpu = server_cpu_us();
            counting = 1;
        }
        while (now_ns() < next) receive_packets();
        send_packet(&streams[i], i);
        next += step;
        receive_packets();
    }
    cpu = server_cpu_us() - cpu;
    long during = leaving; /* with what the server made up: that costs as much */
    for (int64_t late = now_ns() + 200000000LL; now_ns() < late;) receive_packets();
    /* A packet sent before the counting began may arrive in it. */
    printf("sent %ld received %ld lost %ld", sent, received, sent > received ? sent - received : 0);
    if (timed) printf(" p50 %d p99 %d max %d", quantile(0.5), quantile(0.99), quantile(1 - 1e-9));
    if (cpu > 0) printf(" cpu_us_per_packet %.2f", cpu / during);
    printf("\n");
}

#include "rtp_load_setup.h"

int main(int argc, char **argv)
{
    if (argc < 5) { fprintf(stderr, "usage: %s relay|echo|ng|sip-bridge|sip-echo PORT CALLS SECONDS [NAME]\n", argv[0]); return 2; }
    const char *mode = argv[1];
    int port = atoi(argv[2]), calls = atoi(argv[3]), seconds = atoi(argv[4]);
    allow_many_sockets();
    int two = strcmp(mode, "relay") == 0 || strcmp(mode, "ng") == 0 || strcmp(mode, "sip-bridge") == 0;
    make_streams(two ? 2 * calls : calls);
    if (strcmp(mode, "relay") == 0 || strcmp(mode, "echo") == 0)
        for (int i = 0; i < count; i++) streams[i].target = local(port + 2 * i);
    else if (strcmp(mode, "ng") == 0)
        set_up_ng(port);
    else
        set_up_sip(port, two, argc > 5 ? argv[5] : two ? "bridge-" : "echo");
    if (strcmp(mode, "sip-echo") == 0) timed = 0;
    stream_for(seconds);
    if (strncmp(mode, "sip", 3) == 0) hang_up_sip();
    return 0;
}
