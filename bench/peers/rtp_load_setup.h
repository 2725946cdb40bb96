/* How rtp_load gets its calls set up: rtpengine's ng protocol, or just enough SIP to place and answer calls. */
#pragma once

static const char *offer_for(int stream)
{
    static char sdp[512];
    snprintf(sdp, sizeof sdp, "v=0\r\no=load 1 1 IN IP4 127.0.0.1\r\ns=-\r\nc=IN IP4 127.0.0.1\r\nt=0 0\r\nm=audio %d RTP/AVP 0\r\na=rtpmap:0 PCMU/8000\r\n",
        port_of(streams[stream].socket));
    return sdp;
}

static int media_port(const char *text)
{
    const char *line = strstr(text, "m=audio ");
    return line ? atoi(line + 8) : 0;
}

/* ---- rtpengine ---- */

static int ng_ask(int s, struct sockaddr_in server, int call, int answer)
{
    char text[2048], reply[4096], cookie[32];
    /* Never twice the same: rtpengine answers a repeated cookie with what it said before. */
    snprintf(cookie, sizeof cookie, "%d_%d_%d ", getpid(), call, answer);
    const char *sdp = offer_for(2 * call + answer);
    char id[32];
    snprintf(id, sizeof id, "call%d-%d", getpid(), call);
    int length = snprintf(text, sizeof text, "%sd7:call-id%zu:%s7:command%d:%s8:from-tag1:a%s3:sdp%zu:%se", cookie, strlen(id), id,
        answer ? 6 : 5, answer ? "answer" : "offer", answer ? "6:to-tag1:b" : "", strlen(sdp), sdp);
    /* bencode wants its keys in order: call-id, command, from-tag, sdp, to-tag; rtpengine does not insist. */
    for (int tries = 0; tries < 20; tries++) {
        sendto(s, text, length, 0, (struct sockaddr *)&server, sizeof server);
        for (int64_t end = now_ns() + 200000000LL; now_ns() < end;) {
            ssize_t got = recv(s, reply, sizeof reply - 1, 0);
            if (got <= 0) { usleep(100); continue; }
            reply[got] = 0;
            /* An answer to an earlier request that was repeated because it took long. */
            if (strncmp(reply, cookie, strlen(cookie)) != 0) continue;
            int port = media_port(reply);
            if (port) return port;
            fprintf(stderr, "rtpengine: %s\n", reply);
            exit(1);
        }
    }
    fprintf(stderr, "rtpengine does not answer\n");
    exit(1);
}

static void set_up_ng(int port)
{
    int s = udp_socket(0);
    for (int call = 0; call < count / 2; call++) {
        /* The offer's answer is where the callee (odd stream) sends to, the answer's is where the caller does. */
        streams[2 * call + 1].target = local(ng_ask(s, local(port), call, 0));
        streams[2 * call].target = local(ng_ask(s, local(port), call, 1));
    }
    close(s);
}

/* ---- SIP ---- */

static int sip;
static struct sockaddr_in sip_server;

static void sip_send(const char *text) { sendto(sip, text, strlen(text), 0, (struct sockaddr *)&sip_server, sizeof sip_server); }

/* Copies a header line's value; empty if the message has none. */
static const char *header(const char *message, const char *name, char *value)
{
    char start[64];
    snprintf(start, sizeof start, "\r\n%s:", name);
    const char *at = strcasestr(message, start);
    value[0] = 0;
    if (!at) return value;
    at += strlen(start);
    while (*at == ' ') at++;
    size_t length = strcspn(at, "\r");
    if (length > 250) length = 250;
    memcpy(value, at, length);
    value[length] = 0;
    return value;
}

static void sip_request(const char *method, const char *uri, int stream, const char *to_tag, int cseq, const char *body)
{
    char text[2048];
    snprintf(text, sizeof text, "%s %s SIP/2.0\r\nVia: SIP/2.0/UDP 127.0.0.1:%d;branch=z9hG4bK%s%d\r\nMax-Forwards: 70\r\n"
        "From: <sip:load@127.0.0.1>;tag=s%d\r\nTo: <%s>%s%s\r\nCall-ID: load-%d-%d\r\nCSeq: %d %s\r\nContact: <sip:load@127.0.0.1:%d>\r\n%sContent-Length: %zu\r\n\r\n%s",
        method, uri, port_of(sip), method, stream, stream, uri, *to_tag ? ";tag=" : "", to_tag, getpid(), stream, cseq,
        method, port_of(sip), *body ? "Content-Type: application/sdp\r\n" : "", strlen(body), body);
    sip_send(text);
}

static void sip_answer(const char *request, int stream)
{
    char text[4096], from[256], to[256], id[256], cseq[256];
    char vias[1024] = "";
    for (const char *at = request; (at = strcasestr(at, "\r\nVia:")); at += 6)
        snprintf(vias + strlen(vias), sizeof vias - strlen(vias), "%.*s\r\n", (int)strcspn(at + 2, "\r"), at + 2);
    header(request, "From", from); header(request, "To", to); header(request, "Call-ID", id); header(request, "CSeq", cseq);
    const char *body = stream < 0 ? "" : offer_for(stream);
    snprintf(text, sizeof text, "SIP/2.0 200 OK\r\n%sFrom: %s\r\nTo: %s%s\r\nCall-ID: %s\r\nCSeq: %s\r\nContact: <sip:load@127.0.0.1:%d>\r\n%sContent-Length: %zu\r\n\r\n%s",
        vias, from, to, strstr(to, "tag=") ? "" : ";tag=answer", id, cseq, port_of(sip), *body ? "Content-Type: application/sdp\r\n" : "", strlen(body), body);
    sip_send(text);
}

/* Handles one message; returns the number of calls that became ready by it. */
static int sip_handle(char *m, int bridged, char uris[][256])
{
    char cseq[256], value[256];
    header(m, "CSeq", cseq);
    if (strncmp(m, "INVITE ", 7) == 0) {
        int call = atoi(strstr(m, "sip:c") + 5);
        streams[2 * call + 1].target = local(media_port(m));
        sip_answer(m, 2 * call + 1);
    } else if (strncmp(m, "BYE ", 4) == 0) {
        sip_answer(m, -1);
    } else if (strncmp(m, "SIP/2.0 ", 8) == 0 && strstr(cseq, "INVITE") && m[8] > '1') {
        if (m[8] != '2') { fprintf(stderr, "refused: %.60s\n", m); exit(1); }
        int call = atoi(strchr(header(m, "From", value), ';') + 6), stream = bridged ? 2 * call : call;
        char *tag = strstr((char *)header(m, "To", value), "tag=");
        struct stream *s = &streams[stream];
        snprintf(s->tag, sizeof s->tag, "%s", tag ? tag + 4 : "");
        int fresh = !s->answered;
        s->answered = 1;
        s->target = local(media_port(m));
        sip_request("ACK", uris[call], call, s->tag, 1, "");
        return fresh;
    }
    return 0;
}

static char (*sip_uris)[256];
static int sip_calls, sip_bridged;

static void set_up_sip(int port, int bridged, const char *name)
{
    sip = udp_socket(0);
    sip_server = local(port);
    sip_bridged = bridged;
    sip_calls = bridged ? count / 2 : count;
    sip_uris = calloc(sip_calls, sizeof *sip_uris);
    for (int call = 0; call < sip_calls; call++) {
        if (bridged) snprintf(sip_uris[call], 256, "sip:%ssip%%3Ac%d%%40127.0.0.1%%3A%d@127.0.0.1:%d", name, call, port_of(sip), port);
        else snprintf(sip_uris[call], 256, "sip:%s@127.0.0.1:%d", name, port);
    }
    int64_t start = now_ns();
    for (int ready = 0, call = 0; ready < sip_calls;) {
        /* 200 calls a second, and at most 20 not yet answered. */
        if (call < sip_calls && call - ready < 20 && now_ns() - start > call * 5000000LL) {
            int stream = bridged ? 2 * call : call;
            sip_request("INVITE", sip_uris[call], call, "", 1, offer_for(stream));
            call++;
        }
        char m[65536];
        ssize_t got;
        while ((got = recv(sip, m, sizeof m - 1, 0)) > 0) {
            m[got] = 0;
            ready += sip_handle(m, bridged, sip_uris);
        }
        if (now_ns() - start > 30000000000LL) { fprintf(stderr, "only %d of %d calls were answered\n", ready, sip_calls); exit(1); }
        usleep(200);
    }
}

static void hang_up_sip(void)
{
    for (int call = 0; call < sip_calls; call++) {
        sip_request("BYE", sip_uris[call], call, streams[sip_bridged ? 2 * call : call].tag, 2, "");
        usleep(2000);
        char m[65536];
        ssize_t got;
        while ((got = recv(sip, m, sizeof m - 1, 0)) > 0) { m[got] = 0; sip_handle(m, sip_bridged, sip_uris); }
    }
    usleep(500000);
    char m[65536];
    ssize_t got;
    while ((got = recv(sip, m, sizeof m - 1, 0)) > 0) { m[got] = 0; sip_handle(m, sip_bridged, sip_uris); }
}
