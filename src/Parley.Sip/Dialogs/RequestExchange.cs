using Parley.Sip.Authentication;
using Parley.Sip.Messages;
using Parley.Sip.Transport;

namespace Parley.Sip.Dialogs;

/// <summary>Told the outcome of a request, on its lane.</summary>
/// <param name="status">The final response's status; 408, 487 or 503 of our own making when there was none (RFC 3261 §8.1.3.1).</param>
/// <param name="reason">Its reason phrase, or what went wrong.</param>
/// <param name="response">The final response, lent for the call; null when there was none.</param>
public delegate void RequestOutcome(int status, string reason, SipMessage? response);

/// <summary>A request other than INVITE, in a dialog or outside, until its outcome.</summary>
internal sealed class RequestExchange : IExchangeUser
{
    private readonly UserAgentLane _ua;
    private readonly RequestOutcome _outcome;

    private RequestExchange(UserAgentLane ua, RequestOutcome outcome)
    {
        _ua = ua;
        _outcome = outcome;
    }

    bool IExchangeUser.WantsRetry => true;

    /// <summary>Sends it; the outcome is told once, never from inside this call.</summary>
    public static void Start(
        UserAgentLane ua, RequestDraft draft, DigestCredentials? credentials, Dialog? dialog, SipFlow? flow, RequestOutcome outcome)
    {
        ua.RequestStarted();
        new ClientExchange(ua, new RequestExchange(ua, outcome), draft, credentials, dialog, flow).Send();
    }

    void IExchangeUser.OnProvisional(SipMessage response, in SipFlow flow)
    {
    }

    void IExchangeUser.OnFinal(SipMessage response, in SipFlow flow) => Finish(response.StatusCode, PhraseText.Of(response), response);

    void IExchangeUser.OnFailure(int status, string reason) => Finish(status, reason, null);

    private void Finish(int status, string reason, SipMessage? response)
    {
        try
        {
            _outcome(status, reason, response);
        }
        catch (Exception e) // the application's code: whatever it throws is its own affair and must not stop the lane
        {
            _ua.OnHandlerFault(e);
        }

        _ua.RequestEnded();
    }
}
