using Parley.Net;
using Parley.Sip.Dialogs;
using Parley.Sip.Messages;
using Parley.Sip.Transport;

namespace Parley.Sip.Publications;

// What happens on the lane: attempts, their outcomes, changes, the end.
public sealed partial class Publication : IExchangeUser
{
    private readonly ClientExchange _exchange;
    private readonly AttemptTimer _attempt;
    private readonly List<Change> _waiting = [];
    private SipBody _body;
    private string? _tag;
    private readonly AskedLifetime _lifetime;
    private int _failures;
    private int _waitingBefore; // how many of those who wait were there when the request under way left
    private bool _busy;
    private bool _isChanged; // the server has not answered for the present body
    private bool _carriesBody;
    private bool _closing;
    private bool _done;

    bool IExchangeUser.WantsRetry => true;

    internal void Start()
    {
        _isChanged = true;
        Attempt();
    }

    void IExchangeUser.OnProvisional(SipMessage response, in SipFlow flow)
    {
    }

    void IExchangeUser.OnFinal(SipMessage response, in SipFlow flow)
    {
        _busy = false;
        var status = response.StatusCode;
        if (_exchange.Draft.Expires == 0)
            Finish(status, PhraseText.Of(response));
        else if (status < 300 && response.GetString(HeaderId.SipETag) is { Length: > 0 } tag)
            OnPublished(response, tag);
        else if (status < 300)
            OnFailed(500, "The server's 200 has no SIP-ETag", 0);
        else if (status == 412 && _tag is not null)
            PublishAnew();
        else if (status == 423 && _lifetime.TryLengthen(response))
            AttemptAgain();
        else
            OnFailed(status, PhraseText.Of(response), AskedLifetime.ReadSeconds(response.Value(HeaderId.RetryAfter)));
    }

    void IExchangeUser.OnFailure(int status, string reason)
    {
        _busy = false;
        if (_exchange.Draft.Expires == 0)
            Finish(status, reason);
        else
            OnFailed(status, reason, 0);
    }

    // RFC 3903 §4.1: the first has a body and no tag, a refresh a tag and no body, a change both, the end neither body nor lifetime.
    private void Attempt()
    {
        if (_done)
            return;
        _busy = true;
        _ua.Lane.Cancel(_attempt);
        _carriesBody = !_closing && (_tag is null || _isChanged);
        _waitingBefore = _waiting.Count;
        List<SipHeader> headers = [new("Event", _options.Event), .. _options.Headers];
        if (_tag is not null)
            headers.Add(new SipHeader("SIP-If-Match", _tag));
        _isChanged &= !_carriesBody;
        _exchange.Draft = _exchange.Draft with { Headers = headers, Body = _carriesBody ? _body : default, Expires = _closing ? 0 : _lifetime.Seconds };
        _exchange.SendAnew();
    }

    private void OnPublished(SipMessage response, string tag)
    {
        _tag = tag;
        _failures = 0;
        _lifetime.Granted();
        var granted = response.TryGetExpires(out var seconds) ? seconds : _lifetime.Seconds;
        var next = _times.Refresh(granted);
        Show(new PublicationStatus(PublicationState.Published, response.StatusCode, PhraseText.Of(response))
        {
            EntityTag = tag,
            Lifetime = TimeSpan.FromSeconds(granted),
            NextAttempt = TimeSpan.FromMilliseconds(next),
        });
        if (_closing || _isChanged)
            Attempt();
        else
            _ua.Lane.Schedule(_attempt, next);
    }

    // RFC 3903 §4.1: the server knows nothing of what the tag names, because it was restarted or because we came too late.
    private void PublishAnew()
    {
        _tag = null;
        if (_closing)
        {
            Finish(412, "The server had it no longer");
            return;
        }

        _isChanged = true;
        Attempt();
    }

    private void AttemptAgain()
    {
        _isChanged |= _carriesBody;
        Attempt();
    }

    private void OnFailed(int status, string reason, int retryAfter)
    {
        if (_closing)
        {
            // One more request only when there may be something to take back.
            if (_tag is not null)
                Attempt();
            else
                Finish(status, reason);
            return;
        }

        _isChanged |= _carriesBody;
        _failures++;
        var next = _times.Retry(_failures, status, retryAfter, Random.Shared.NextDouble());
        _ua.Lane.Schedule(_attempt, next);
        Show(new PublicationStatus(PublicationState.Failed, status, reason) { EntityTag = _tag, NextAttempt = TimeSpan.FromMilliseconds(next) });
    }

    private void Take(Change change)
    {
        if (_closing)
        {
            change.Outcome.TrySetResult(_status);
            return;
        }

        _body = change.Body;
        _isChanged = true;
        _waiting.Add(change);
        if (!_busy)
            Attempt();
    }

    private void RefreshNow()
    {
        if (!_closing && !_busy)
            Attempt();
    }

    private void Close()
    {
        if (_closing)
            return;
        _closing = true;
        _ua.Lane.Cancel(_attempt);
        if (_busy)
            return;
        if (_tag is not null)
            Attempt();
        else
            Finish(0, "Closed before it was published");
    }

    private void Finish(int status, string reason)
    {
        if (_done)
            return;
        _done = true;
        _tag = null;
        _waitingBefore = _waiting.Count;
        Show(new PublicationStatus(PublicationState.Closed, status, reason));
        _closed.TrySetResult();
    }

    private void Show(PublicationStatus status)
    {
        _status = status;
        _first.TrySetResult(status);
        foreach (var change in _waiting[.._waitingBefore])
            change.Outcome.TrySetResult(status);
        _waiting.RemoveRange(0, _waitingBefore);
        _waitingBefore = 0;
    }

    private sealed class AttemptTimer(Publication publication) : LaneTimer
    {
        protected override void Fire(long now) => publication.Attempt();
    }

    private sealed class Change(Publication publication, SipBody body)
    {
        public SipBody Body { get; } = body;

        public TaskCompletionSource<PublicationStatus> Outcome { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public void Begin() => publication.Take(this);
    }
}
