/* osip2: parse and read request-URI, top Via, From, To, Call-ID, CSeq, Contact, Max-Forwards and Content-Length. */
#include "clock.h"
#include <osipparser2/osip_parser.h>
#include <osipparser2/sdp_message.h>

static char *invite, *response;
static size_t invite_length, response_length;
static volatile long sink;

static osip_message_t *parse(const char *text, size_t length)
{
    osip_message_t *m;
    osip_message_init(&m);
    if (osip_message_parse(m, text, length) != 0) { fprintf(stderr, "osip2 refuses the message\n"); exit(1); }
    osip_via_t *via = NULL;
    osip_contact_t *contact = NULL;
    osip_header_t *forwards = NULL;
    osip_message_get_via(m, 0, &via);
    osip_message_get_contact(m, 0, &contact);
    osip_message_header_get_byname(m, "max-forwards", 0, &forwards);
    sink += via->host[0] + m->from->url->host[0] + m->to->url->host[0] + m->call_id->number[0]
        + atoi(m->cseq->number) + contact->url->host[0] + atoi(m->content_length->value);
    if (forwards) sink += atoi(forwards->hvalue) + m->req_uri->host[0];
    return m;
}

static void one_invite(void) { osip_message_free(parse(invite, invite_length)); }
static void one_response(void) { osip_message_free(parse(response, response_length)); }

static void one_invite_with_sdp(void)
{
    osip_message_t *m = parse(invite, invite_length);
    osip_body_t *body = NULL;
    sdp_message_t *sdp;
    osip_message_get_body(m, 0, &body);
    sdp_message_init(&sdp);
    if (sdp_message_parse(sdp, body->body) != 0) { fprintf(stderr, "osip2 refuses the SDP\n"); exit(1); }
    sink += atoi(sdp_message_m_port_get(sdp, 0));
    sdp_message_free(sdp);
    osip_message_free(m);
}

int main(int argc, char **argv)
{
    if (argc != 3) { fprintf(stderr, "usage: %s invite.sip response.sip\n", argv[0]); return 2; }
    invite = read_all(argv[1], &invite_length);
    response = read_all(argv[2], &response_length);
    parser_init();
    measure("osip2", "invite", one_invite, 20000);
    measure("osip2", "invite+sdp", one_invite_with_sdp, 20000);
    measure("osip2", "response", one_response, 40000);
    return 0;
}
