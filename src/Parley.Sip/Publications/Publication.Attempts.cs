using Parley.Sip.Dialogs;
using Parley.Sip.Messages;
using Parley.Sip.Transport;

namespace Parley.Sip.Publications;

// What happens on the lane: attempts, their outcomes, changes, the end.
public sealed partial class Publication : IUpkept
{
    private readonly Upkeep _upkeep;
    private readonly List<Change> _waiting = [];
    private SipBody _body;
    private string? _tag;
    private int _waitingBefore; // how many of those who wait were there when the request under way left
    private bool _isChanged; // the server has not answered for the present body
    private bool _carriesBody;

    bool IUpkept.IsHeld => _tag is not null;

    internal void Start()
    {
        _isChanged = true;
        _upkeep.Attempt();
    }

    // RFC 3903 §4.1: the first has a body and no tag, a refresh a tag and no body, a change both, the end neither body nor lifetime.
    void IUpkept.Prepare()
    {
        _carriesBody = !_upkeep.IsClosing && (_tag is null || _isChanged);
        _waitingBefore = _waiting.Count;
        List<SipHeader> headers = [new("Event", _options.Event), .. _options.Headers];
        if (_tag is not null)
            headers.Add(new SipHeader("SIP-If-Match", _tag));
        _isChanged &= !_carriesBody;
        _upkeep.Draft = _upkeep.Draft with { Headers = headers, Body = _carriesBody ? _body : default };
    }

    bool IUpkept.TryTake(SipMessage response, in SipFlow flow)
    {
        if (response.StatusCode < 300 && response.GetString(HeaderId.SipETag) is { Length: > 0 } tag)
        {
            OnPublished(response, tag);
            return true;
        }

        _isChanged |= _carriesBody;
        if (response.StatusCode < 300)
            _upkeep.Fail(500, "The server's 200 has no SIP-ETag");
        else if (response.StatusCode == 412 && _tag is not null)
            PublishAnew();
        else
            return false;
        return true;
    }

    void IUpkept.OnFailed(int status, string reason, TimeSpan next)
    {
        _isChanged |= _carriesBody;
        Show(new PublicationStatus(PublicationState.Failed, status, reason) { EntityTag = _tag, NextAttempt = next });
    }

    void IUpkept.OnClosed(int status, string reason)
    {
        _tag = null;
        _waitingBefore = _waiting.Count;
        Show(new PublicationStatus(PublicationState.Closed, status, reason));
        _closed.TrySetResult();
    }

    private void OnPublished(SipMessage response, string tag)
    {
        _tag = tag;
        _upkeep.Accept();
        var granted = response.TryGetExpires(out var seconds) ? seconds : _upkeep.Seconds;
        Show(new PublicationStatus(PublicationState.Published, response.StatusCode, PhraseText.Of(response))
        {
            EntityTag = tag,
            Lifetime = TimeSpan.FromSeconds(granted),
            NextAttempt = _upkeep.Plan(granted),
        });
        if (_upkeep.IsClosing || _isChanged)
            _upkeep.Attempt();
    }

    // RFC 3903 §4.1: the server knows nothing of what the tag names, because it was restarted or because we came too late.
    private void PublishAnew()
    {
        _tag = null;
        if (_upkeep.IsClosing)
        {
            _upkeep.Finish(412, "The server had it no longer");
            return;
        }

        _isChanged = true;
        _upkeep.Attempt();
    }

    private void Take(Change change)
    {
        if (_upkeep.IsClosing)
        {
            change.Outcome.TrySetResult(_status);
            return;
        }

        _body = change.Body;
        _isChanged = true;
        _waiting.Add(change);
        if (!_upkeep.IsBusy)
            _upkeep.Attempt();
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

    private sealed class Change(Publication publication, SipBody body)
    {
        public SipBody Body { get; } = body;

        public TaskCompletionSource<PublicationStatus> Outcome { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public void Begin() => publication.Take(this);
    }
}
