using Parley.Net;
using Parley.Sip.Authentication;
using Parley.Sip.Messages;
using Parley.Sip.Transport;

namespace Parley.Sip.Dialogs;

/// <summary>
/// Something of ours that a server keeps for a time, a binding (RFC 3261 §10.2) or a published state (RFC 3903 §4): asked for, refreshed before the time is over, tried again
/// with growing pauses after a failure, taken back at the end. One request at a time. Lives on its lane; as a timer it fires when the next request is due.
/// </summary>
internal sealed class Upkeep : LaneTimer, IExchangeUser
{
    private readonly UserAgentLane _ua;
    private readonly IUpkept _what;
    private readonly AttemptTimes _times;
    private readonly AskedLifetime _lifetime;
    private readonly ClientExchange _exchange;
    private int _failures;
    private bool _done;

    public Upkeep(UserAgentLane ua, IUpkept what, RequestDraft draft, DigestCredentials? credentials, AttemptTimes times, TimeSpan expires, SipFlow? flow = null)
    {
        _ua = ua;
        _what = what;
        _times = times;
        _lifetime = new AskedLifetime((int)Math.Clamp(expires.TotalSeconds, 1, int.MaxValue));
        _exchange = new ClientExchange(ua, this, draft, credentials, dialog: null, flow);
    }

    /// <summary>What is sent; replaced between attempts only. Its lifetime is put in here.</summary>
    public RequestDraft Draft
    {
        get => _exchange.Draft;
        set => _exchange.Draft = value;
    }

    /// <summary>Lifetime that is asked for, in seconds.</summary>
    public int Seconds => _lifetime.Seconds;

    /// <summary>Whether a request is under way.</summary>
    public bool IsBusy { get; private set; }

    /// <summary>Whether it is to be taken back, or has been.</summary>
    public bool IsClosing { get; private set; }

    bool IExchangeUser.WantsRetry => true;

    /// <summary>Sends the next request now; nothing when all is over.</summary>
    public void Attempt()
    {
        if (_done)
            return;
        IsBusy = true;
        _ua.Lane.Cancel(this);
        _what.Prepare();
        Draft = Draft with { Expires = IsClosing ? 0 : _lifetime.Seconds };
        _exchange.SendAnew();
    }

    /// <summary>Sends the next request now, unless one is under way or it is being taken back.</summary>
    public void RefreshNow()
    {
        if (!IsClosing && !IsBusy)
            Attempt();
    }

    /// <summary>The server has taken it on: what fails from now on fails for the first time.</summary>
    public void Accept()
    {
        _failures = 0;
        _lifetime.Granted();
    }

    /// <summary>Plans the refresh.</summary>
    /// <returns>How long until then.</returns>
    public TimeSpan Plan(int grantedSeconds) => Schedule(_times.Refresh(grantedSeconds));

    /// <summary>The server has not taken it on; another attempt follows, or the end.</summary>
    public void Fail(int status, string reason, int retryAfter = 0)
    {
        if (IsClosing)
            End(status, reason);
        else
            _what.OnFailed(status, reason, Schedule(_times.Retry(++_failures, status, retryAfter, Random.Shared.NextDouble(), _what.RetryBase)));
    }

    /// <summary>Takes it back.</summary>
    /// <param name="reason">What is told where there was nothing to take back.</param>
    public void Close(string reason)
    {
        if (IsClosing)
            return;
        IsClosing = true;
        _ua.Lane.Cancel(this);
        // RFC 3261 §10.2: nothing new before the previous one has its response.
        if (!IsBusy)
            End(0, reason);
    }

    /// <summary>It is over.</summary>
    public void Finish(int status, string reason)
    {
        if (_done)
            return;
        _done = true;
        _what.OnClosed(status, reason);
    }

    void IExchangeUser.OnProvisional(SipMessage response, in SipFlow flow)
    {
    }

    void IExchangeUser.OnFinal(SipMessage response, in SipFlow flow)
    {
        IsBusy = false;
        var status = response.StatusCode;
        if (Draft.Expires == 0)
            Finish(status, PhraseText.Of(response));
        else if (_what.TryTake(response, flow))
            return;
        else if (status == 423 && _lifetime.TryLengthen(response))
            Attempt();
        else
            Fail(status, PhraseText.Of(response), AskedLifetime.ReadSeconds(response.Value(HeaderId.RetryAfter)));
    }

    void IExchangeUser.OnFailure(int status, string reason)
    {
        IsBusy = false;
        if (Draft.Expires == 0)
            Finish(status, reason);
        else
            Fail(status, reason);
    }

    protected override void Fire(long now) => Attempt();

    // One more request only when there may be something to take back.
    private void End(int status, string reason)
    {
        if (_what.IsHeld)
            Attempt();
        else
            Finish(status, reason);
    }

    private TimeSpan Schedule(long milliseconds)
    {
        _ua.Lane.Schedule(this, milliseconds);
        return TimeSpan.FromMilliseconds(milliseconds);
    }
}

/// <summary>What is kept up, and told how it stands; see <see cref="Upkeep"/>.</summary>
internal interface IUpkept
{
    /// <summary>Whether the server may have something to take back.</summary>
    bool IsHeld { get; }

    /// <summary>Longest wait before the first retry, where it is another than usual.</summary>
    TimeSpan? RetryBase => null;

    /// <summary>The next request is about to leave: the last moment to change its draft.</summary>
    void Prepare()
    {
    }

    /// <summary>The final response to a request that asked for a lifetime.</summary>
    /// <returns>Whether that is dealt with; else it is a failure, or the wish for a longer lifetime (423).</returns>
    bool TryTake(SipMessage response, in SipFlow flow);

    /// <summary>It has failed, and is tried again after so long.</summary>
    void OnFailed(int status, string reason, TimeSpan next);

    /// <summary>It is over: taken back, or never had.</summary>
    void OnClosed(int status, string reason);
}
