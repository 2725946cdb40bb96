using Parley.Sip.Dialogs;
using Parley.Sip.Invites;
using Parley.Sip.Messages;

namespace Parley.Sip.Endpoint;

/// <summary>Takes what others begin. Called on the lane of the call or request; must not block.</summary>
public interface ISipEndpointHandler
{
    /// <summary>
    /// Somebody calls. Answer, reject or let it ring, now or later, and return who follows the call. An invitation still pending for which null is
    /// returned is refused with 480.
    /// </summary>
    IInviteSessionHandler? OnInvite(IncomingInvite invite);

    /// <summary>
    /// A request outside any call, of a method the endpoint's <c>Methods</c> names, other than INVITE. Answer it now or later. Unhandled, OPTIONS is answered
    /// 200 with what the endpoint can do (RFC 3261 §11.2), and the rest 405.
    /// </summary>
    void OnRequest(IncomingRequest request)
    {
        if (request.Method == SipMethod.Options)
            request.RespondToOptions();
        else
            request.Respond(405);
    }
}
