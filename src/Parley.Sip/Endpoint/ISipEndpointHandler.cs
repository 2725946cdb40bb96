using Parley.Sip.Dialogs;
using Parley.Sip.Invites;

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
    /// A request outside any call, of a method the endpoint's <c>Methods</c> names, other than INVITE; OPTIONS only when
    /// <see cref="SipEndpointOptions.AnswerOptions"/> is off. Answer it now or later. Unhandled it is answered 405.
    /// </summary>
    void OnRequest(IncomingRequest request) => request.Respond(405);
}
