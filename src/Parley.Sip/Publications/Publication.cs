using Parley.Sip.Dialogs;
using Parley.Sip.Messages;

namespace Parley.Sip.Publications;

/// <summary>
/// A state of ours that a server shows to others (RFC 3903 §4): published, refreshed in time, changed, and taken back when this is disposed. What the server has lost (412) is
/// published anew. May be used from any thread.
/// </summary>
public sealed partial class Publication : IAsyncDisposable
{
    private readonly UserAgentLane _ua;
    private readonly PublicationOptions _options;
    private readonly TaskCompletionSource<PublicationStatus> _first = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource _closed = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private volatile PublicationStatus _status = new(PublicationState.Publishing, 0, "Not published yet");

    internal Publication(UserAgentLane ua, PublicationOptions options, SipBody body, string callId)
    {
        _ua = ua;
        _options = options;
        _body = body;
        var draft = RequestDraft.Outside(
            SipMethod.Publish, options.Target, options.To, options.From ?? ua.Profile.Identity, DialogTag.New(), callId, RouteSet.Preloaded(options.Proxy, options.Route));
        _upkeep = new Upkeep(ua, this, draft, options.Credentials, new AttemptTimes(options.RefreshAfter, options.RetryBase, options.RetryMax), options.Expires, options.Flow);
    }

    /// <summary>How it stands.</summary>
    public PublicationStatus Status => _status;

    /// <summary>Waits for the first outcome.</summary>
    /// <param name="cancel">Stops waiting.</param>
    /// <returns>The status after the first attempt: published, or failed and to be tried again.</returns>
    public Task<PublicationStatus> WaitAsync(CancellationToken cancel = default) => _first.Task.WaitAsync(cancel);

    /// <summary>Publishes another state in the place of the one there is. Changes that follow each other faster than the server answers are published together.</summary>
    /// <param name="body">The whole new state; its bytes are copied.</param>
    /// <param name="cancel">Stops waiting; the change is published all the same.</param>
    /// <returns>The status after the server has answered: published, or failed and to be tried again.</returns>
    /// <exception cref="ArgumentException">There is no body.</exception>
    public Task<PublicationStatus> ModifyAsync(SipBody body, CancellationToken cancel = default)
    {
        Require(body, nameof(body));
        var change = new Change(this, body.ToOwned());
        _ua.Lane.Run(static state => ((Change)state!).Begin(), change);
        return change.Outcome.Task.WaitAsync(cancel);
    }

    /// <summary>Sends the next PUBLISH now instead of when it is due, unless one is under way. Does nothing when it is disposed.</summary>
    public void Refresh() => _ua.Lane.Run(static state => ((Publication)state!)._upkeep.RefreshNow(), this);

    /// <summary>Takes the state back, and waits for as long as <see cref="PublicationOptions.CloseTimeout"/> to hear that it is gone.</summary>
    public async ValueTask DisposeAsync()
    {
        _ua.Lane.Run(static state => ((Publication)state!)._upkeep.Close("Closed before it was published"), this);
        try
        {
            await _closed.Task.WaitAsync(_options.CloseTimeout, _ua.Time).ConfigureAwait(false);
        }
        catch (TimeoutException)
        {
            // The server does not answer; what it has goes with its lifetime.
        }
    }

    internal static void Require(in SipBody body, string argument)
    {
        if (body.IsNone)
            throw new ArgumentException("What is published is a document: without a body there is nothing (RFC 3903 §4.2).", argument);
    }
}
