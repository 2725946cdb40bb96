/* sofia-sip: parse and read the same fields as parse_osip.c. */
#include "clock.h"
#include <string.h>
#include <sofia-sip/msg.h>
#include <sofia-sip/msg_addr.h>
#include <sofia-sip/sip.h>
#include <sofia-sip/sip_header.h>
#include <sofia-sip/sdp.h>

static char *invite, *response;
static size_t invite_length, response_length;
static volatile long sink;

static msg_t *parse(const char *text, size_t length)
{
    msg_t *m = msg_make(sip_default_mclass(), 0, text, length);
    sip_t *sip = sip_object(m);
    if (!sip || !sip->sip_via || sip->sip_error) { fprintf(stderr, "sofia-sip refuses the message\n"); exit(1); }
    sink += sip->sip_via->v_host[0] + sip->sip_from->a_url->url_host[0] + sip->sip_to->a_url->url_host[0]
        + sip->sip_call_id->i_hash + sip->sip_cseq->cs_seq + sip->sip_contact->m_url->url_host[0]
        + sip->sip_content_length->l_length;
    if (sip->sip_request) sink += sip->sip_request->rq_url->url_host[0] + sip->sip_max_forwards->mf_count;
    return m;
}

static void one_invite(void) { msg_destroy(parse(invite, invite_length)); }
static void one_response(void) { msg_destroy(parse(response, response_length)); }

static void one_invite_with_sdp(void)
{
    msg_t *m = parse(invite, invite_length);
    sip_payload_t *body = sip_object(m)->sip_payload;
    sdp_parser_t *parser = sdp_parse(msg_home(m), body->pl_data, body->pl_len, 0);
    sdp_session_t *session = sdp_session(parser);
    if (!session) { fprintf(stderr, "sofia-sip refuses the SDP\n"); exit(1); }
    sink += session->sdp_media->m_port;
    sdp_parser_free(parser);
    msg_destroy(m);
}

int main(int argc, char **argv)
{
    if (argc != 3) { fprintf(stderr, "usage: %s invite.sip response.sip\n", argv[0]); return 2; }
    invite = read_all(argv[1], &invite_length);
    response = read_all(argv[2], &response_length);
    measure("sofia-sip", "invite", one_invite, 20000);
    measure("sofia-sip", "invite+sdp", one_invite_with_sdp, 20000);
    measure("sofia-sip", "response", one_response, 40000);
    return 0;
}
