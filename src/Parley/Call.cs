using Parley.Dialogs;
using Parley.Media.Engine;
using Parley.Media.Codecs;
using Parley.Net;
using Parley.Sip.Dialogs;
using Parley.Sip.Invites;
using Parley.Sip.Messages;
using Parley.Sip.Transport;

namespace Parley;

/// <summary>
/// A call, incoming or outgoing: a SIP dialog and its audio. Members may be used from any thread. Disposing it hangs up if it is up,
/// refuses or cancels it if it is not, and frees its media.
/// </summary>
public abstract partial class Call : IAsyncDisposable
{
    // Never disposed of: it holds no timer, and its token must still fire for those who wait when the call is disposed of.
    private readonly CancellationTokenSource _ended = new();
    private readonly TaskCompletionSource<CallEnd> _end = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private int _state;
    private int _finished;
    private int _disposed;

    private protected Call(UserAgent agent, CallMedia media, CallState state)
    {
        Agent = agent;
        AudioSession = media;
        _state = (int)state;
        media.OnSilence = OnMediaTimeout;
        Ended = _ended.Token;
    }

    /// <summary>The Call-ID (RFC 3261 §20.8).</summary>
    public abstract string Id { get; }

    /// <summary>True when the other side called.</summary>
    public abstract bool IsIncoming { get; }

    /// <summary>The INVITE: as received, or as it was sent last. Null before an outgoing call's INVITE has left.</summary>
    public SipMessage? Invite { get; private protected set; }

    /// <summary>Who calls: the From header.</summary>
    public abstract SipAddress From { get; }

    /// <summary>Who is called: the To header.</summary>
    public abstract SipAddress To { get; }

    /// <summary>User part of the From header's URI; empty when it has none.</summary>
    public string FromUser => From.Uri.User ?? "";

    /// <summary>User part of the called URI: the request-URI of an incoming call, the target of an outgoing one; empty when it has none.</summary>
    public abstract string ToUser { get; }

    /// <summary>What the call's signalling runs over; null before an outgoing call has found its way.</summary>
    public abstract SipTransport? Transport { get; }

    /// <summary>Where the other side's signalling comes from; default before an outgoing call has found its way.</summary>
    public abstract NetEndpoint RemoteEndpoint { get; }

    /// <summary>Where the call stands.</summary>
    public CallState State => (CallState)Volatile.Read(ref _state);

    /// <summary>Fires when the call has ended, whoever ended it.</summary>
    public CancellationToken Ended { get; }

    /// <summary>How the call ended; null while it has not.</summary>
    public CallEnd? End => _end.Task.IsCompletedSuccessfully ? _end.Task.Result : null;

    /// <summary>The BYE, CANCEL or refusal by which the other side ended the call; null while it is up, and when no message of the other side did.</summary>
    public SipMessage? EndMessage { get; private set; }

    /// <summary>The SIP dialog, for those who work at that level: before the answer the one that rang last. Null before there is one.</summary>
    public abstract Dialog? Dialog { get; }

    internal UserAgent Agent { get; }

    internal CallMedia AudioSession { get; }

    /// <summary>Told that the call was answered, or that the other side holds us or no longer does; on the call's lane.</summary>
    internal Action<Call>? OnChange { get; set; }

    /// <summary>Value of the first header of that name in the INVITE, or null.</summary>
    public string? Header(string name) => Invite?.GetString(name);

    /// <summary>Waits for the end of the call, whoever ends it.</summary>
    public Task<CallEnd> WaitForEndAsync(CancellationToken cancel = default) => _end.Task.WaitAsync(cancel);

    /// <summary>
    /// Ends the call: BYE when it is answered; otherwise an incoming one is refused with 480 and an outgoing one cancelled. Does nothing when it is over.
    /// </summary>
    /// <returns>How it ended; also when the other side was quicker.</returns>
    public async Task<CallEnd> HangUpAsync(CancellationToken cancel = default)
    {
        BeginHangUp(null);
        return await _end.Task.WaitAsync(cancel).ConfigureAwait(false);
    }

    /// <summary>Like <see cref="HangUpAsync(CancellationToken)"/>, with a reason and headers of one's own on the BYE.</summary>
    /// <param name="options">What goes with it.</param>
    /// <param name="cancel">Gives up waiting; the end stays.</param>
    /// <returns>How it ended; also when the other side was quicker.</returns>
    /// <exception cref="ArgumentException">A header that is not the application's to write, a control character in cause or phrase, or a status that is no refusal: the call goes on.</exception>
    public async Task<CallEnd> HangUpAsync(HangUpOptions options, CancellationToken cancel = default)
    {
        ArgumentNullException.ThrowIfNull(options);
        if (options.Refusal is < 400 or > 699)
            throw new ArgumentOutOfRangeException(nameof(options), options.Refusal, "A refusal has a status from 400 to 699.");
        if (SignallingLane is { } lane)
            await lane.RunAsync(() => EndOnLane(null, options)).ConfigureAwait(false);
        else
            BeginHangUp(null);
        return await _end.Task.WaitAsync(cancel).ConfigureAwait(false);
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        if (Interlocked.Exchange(ref _disposed, 1) == 0)
        {
            BeginHangUp(null);
            await _end.Task.ConfigureAwait(false);
            await AudioSession.DisposeAsync().ConfigureAwait(false);
        }

        GC.SuppressFinalize(this);
    }

    /// <summary>Starts ending the call, whatever its state; the end is reported by <see cref="Finish"/>. Any thread.</summary>
    /// <param name="why">How the end is to be reported, where it is not an ordinary hang-up.</param>
    internal abstract void BeginHangUp(CallEnd? why);

    /// <summary>Ends the call. On its lane.</summary>
    private protected abstract void EndOnLane(CallEnd? why, HangUpOptions? with);

    private protected void MoveTo(CallState state)
    {
        // A call never comes back from its end, and an answered one never rings again.
        var current = Volatile.Read(ref _state);
        while (current < (int)state)
        {
            var seen = Interlocked.CompareExchange(ref _state, (int)state, current);
            if (seen == current)
                return;
            current = seen;
        }
    }

    private protected void Finish(CallEnd end, SipMessage? message)
    {
        MoveTo(CallState.Ended);
        if (Interlocked.Exchange(ref _finished, 1) != 0)
            return;
        EndMessage = message;
        // Before the end is told: whoever waits for it may dispose the call at once.
        AudioSession.Stop();
        Agent.Forget(this);
        _end.SetResult(end);
        // Callbacks of the token are the application's: they must not run on the lane.
        ThreadPool.UnsafeQueueUserWorkItem(static call => call.TellEnded(), this, preferLocal: false);
    }

    private void TellEnded()
    {
        try
        {
            _ended.Cancel();
        }
        catch (AggregateException e) // the application's code: what it registered with the token threw, after all of it has run
        {
            Log.CallbackFailed(Agent.Logger, Id, e);
        }

        _ended.Dispose();
    }

    private void OnMediaTimeout(TimeSpan silence) =>
        BeginHangUp(new CallEnd(CallEndKind.Timeout, CallEndParty.Network, 408, $"No audio came for {silence.TotalSeconds:0} s"));
}
