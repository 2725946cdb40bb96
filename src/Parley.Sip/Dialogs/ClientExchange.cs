using Parley.Net;
using Parley.Sip.Authentication;
using Parley.Sip.Locating;
using Parley.Sip.Messages;
using Parley.Sip.Transactions;
using Parley.Sip.Transport;

namespace Parley.Sip.Dialogs;

/// <summary>
/// One request of ours until its final outcome: numbered, located, sent, and sent again with credentials when it is challenged (RFC 3261 §22.2). What the
/// outcome means is its user's business. Lives on its lane.
/// </summary>
internal sealed class ClientExchange : IClientTransactionUser
{
    private readonly IExchangeUser _user;
    private readonly UserAgentLane _ua;
    private readonly Dialog? _dialog;
    private readonly SipFlow? _flow;
    private readonly DigestAnswers _digest;
    private uint _cseq;
    private int _attempt;

    public ClientExchange(
        UserAgentLane ua, IExchangeUser user, RequestDraft draft, DigestCredentials? credentials, Dialog? dialog = null, SipFlow? flow = null,
        Func<SipMessage, DigestCredentials?>? choose = null)
    {
        _ua = ua;
        _user = user;
        Draft = draft;
        _dialog = dialog;
        _flow = flow;
        _digest = new DigestAnswers(credentials ?? (choose is null ? ua.Profile.Credentials : null), ua.Profile.MaxChallenges, choose);
    }

    /// <summary>What is sent; replaced between attempts only.</summary>
    public RequestDraft Draft { get; set; }

    /// <summary>The transaction of the current attempt; null while none exists, and once it is over.</summary>
    public ClientTransaction? Transaction { get; private set; }

    /// <summary>CSeq number of the last attempt.</summary>
    public uint CSeq => _cseq;

    /// <summary>Credential lines of the current attempt; the ACK for a 2xx repeats them (RFC 3261 §22.1).</summary>
    public IReadOnlyList<SipHeader> Credentials => _digest.Lines;

    /// <summary>What challenges were, or would be, answered with.</summary>
    public DigestCredentials? Chosen => _digest.Credentials;

    /// <summary>Sends it as a new request of its own: with the credentials known so far, and free to be challenged again.</summary>
    public void SendAnew()
    {
        _digest.Renew(Draft);
        Send();
    }

    /// <summary>Sends it to another place, with the next number and without the credentials of the last (RFC 3261 §8.1.3.4).</summary>
    public void SendElsewhere(RequestDraft draft)
    {
        Draft = draft;
        _digest.Forget();
        Send();
    }

    /// <summary>Gives the request the next number and sends it.</summary>
    public void Send()
    {
        _cseq = _dialog?.NextCSeq() ?? _cseq + 1;
        _attempt++;
        Transaction = null;
        if (_flow is { Channel.IsOpen: true } flow)
            Transaction = _ua.Transactions.Send(_ua.Lane, Draft.Build(_ua, _cseq, Credentials), flow, this);
        else if (!SipUriView.TryParse(Draft.NextHop, out var uri))
            FailLater("The request-URI or first route is not a SIP URI.");
        else if (SipLocator.TryLocate(uri, out var target))
            Transaction = _ua.Transactions.Send(_ua.Lane, Draft.Build(_ua, _cseq, Credentials), [target], this);
        else
            _ = LocateAndSendAsync(SipUri.FromView(uri), _attempt);
    }

    void IClientTransactionUser.OnResponse(ClientTransaction transaction, SipMessage response, in SipFlow flow)
    {
        if (transaction != Transaction)
            return;
        if (response.StatusCode < 200)
            _user.OnProvisional(response, flow);
        else if (response.StatusCode is 401 or 407 && _user.WantsRetry && _digest.TryAnswer(response, Draft))
            Send();
        else
            _user.OnFinal(response, flow);
    }

    void IClientTransactionUser.OnFailed(ClientTransaction transaction, TransactionFailure why)
    {
        if (transaction != Transaction)
            return;
        Transaction = null;
        switch (why)
        {
            case TransactionFailure.Timeout:
                _user.OnFailure(408, "No response from the peer");
                break;
            case TransactionFailure.Cancelled:
                _user.OnFailure(487, "Cancelled before anything was sent");
                break;
            case TransactionFailure.Overload:
                _user.OnFailure(503, "Too many requests of our own are waiting");
                break;
            default:
                _user.OnFailure(503, "The peer cannot be reached");
                break;
        }
    }

    void IClientTransactionUser.OnEnded(ClientTransaction transaction)
    {
        if (transaction != Transaction)
            return;
        Transaction = null;
        _user.OnTransactionEnded();
    }

    private async Task LocateAndSendAsync(SipUri uri, int attempt)
    {
        var located = await NextHop.LocateAsync(_ua.Locator, uri).ConfigureAwait(false);
        _ua.Lane.Post(static state =>
        {
            var (self, located, attempt) = ((ClientExchange, Located, int))state!;
            self.SendLocated(located.Targets, attempt, located.Problem);
        }, (this, located, attempt));
    }

    private void SendLocated(IReadOnlyList<SipTarget> targets, int attempt, string problem)
    {
        if (attempt != _attempt)
            return;
        if (!_user.WantsRetry)
            _user.OnFailure(487, "Cancelled before anything was sent");
        else if (targets.Count == 0)
            _user.OnFailure(503, problem);
        else
            Transaction = _ua.Transactions.Send(_ua.Lane, Draft.Build(_ua, _cseq, Credentials), targets, this);
    }

    // Never from inside Send: who starts an exchange must have finished starting it before hearing of its end.
    private void FailLater(string reason) => _ua.Lane.Post(static state =>
    {
        var (self, reason) = ((ClientExchange, string))state!;
        self._user.OnFailure(503, reason);
    }, (this, reason));
}

/// <summary>Told what becomes of a request; see <see cref="ClientExchange"/>.</summary>
internal interface IExchangeUser
{
    /// <summary>False once the request has been given up: then it is not sent again.</summary>
    bool WantsRetry { get; }

    void OnProvisional(SipMessage response, in SipFlow flow);

    /// <summary>The final response; for INVITE also every further 2xx.</summary>
    void OnFinal(SipMessage response, in SipFlow flow);

    /// <summary>No response will come: 408, 487 or 503 of our own making (RFC 3261 §8.1.3.1).</summary>
    void OnFailure(int status, string reason);

    /// <summary>The transaction of a final response is gone; nothing more comes.</summary>
    void OnTransactionEnded()
    {
    }
}
