using System.Runtime.CompilerServices;
using System.Threading.Channels;
using Parley.Net;
using Parley.Sip.Dialogs;
using Parley.Sip.Messages;

namespace Parley.Sip.Subscriptions;

/// <summary>
/// A subscription of ours (RFC 6665 §4.1), refreshed in time, made anew when it was lost, and taken back when this is disposed. Except where it says
/// otherwise it may be used from any thread.
/// </summary>
public sealed partial class Subscription : IAsyncDisposable
{
    // Notifications a reader may be behind before the oldest are dropped.
    private const int MaxBehind = 64;

    private readonly UserAgentLane _ua;
    private readonly SubscribeOptions _options;
    private readonly ISubscriberHandler? _handler;
    private readonly IReadOnlyList<SipHeader> _headers;
    private readonly byte[] _user;
    private readonly TaskCompletionSource<SubscriptionStatus> _first = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource _closed = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly Lock _gate = new();
    private readonly List<Channel<SubscriptionNotification>> _readers = [];
    private SubscriptionNotification? _latest;
    private volatile SubscriptionStatus _status = new(SubscriberState.Subscribing, 0, "Not subscribed yet");

    internal Subscription(UserAgentLane ua, SubscribeOptions options, ISubscriberHandler? handler)
    {
        _ua = ua;
        _options = options;
        _handler = handler;
        _lifetime = new AskedLifetime((int)Math.Clamp(options.Expires.TotalSeconds, 0, int.MaxValue));
        _times = new AttemptTimes(options.RefreshAfter, options.RetryBase, options.RetryMax);
        _headers = [EventText.Header(options.Event, options.EventId), .. Accepted(options), .. options.Headers];
        _user = ContactText.User(null, (options.From ?? ua.Profile.Identity).Uri);
        _attempt = new AttemptTimer(this);
        _limit = new LimitTimer(this);
    }

    /// <summary>The lane it lives on.</summary>
    public Lane Lane => _ua.Lane;

    /// <summary>How it stands.</summary>
    public SubscriptionStatus Status => _status;

    /// <summary>Its dialog; null while there is none. On the lane.</summary>
    public Dialog? Dialog => _dialog;

    /// <summary>Waits for the first outcome.</summary>
    /// <param name="cancel">Stops waiting.</param>
    /// <returns>The status after the first NOTIFY, or after the first failure.</returns>
    public Task<SubscriptionStatus> WaitAsync(CancellationToken cancel = default) => _first.Task.WaitAsync(cancel);

    /// <summary>
    /// The latest notification there has been, and every one from now on, until the subscription has ended. A reader that is more than 64 behind misses the oldest.
    /// </summary>
    /// <param name="cancel">Stops.</param>
    public async IAsyncEnumerable<SubscriptionNotification> Notifications([EnumeratorCancellation] CancellationToken cancel = default)
    {
        var channel = Channel.CreateBounded<SubscriptionNotification>(new BoundedChannelOptions(MaxBehind) { FullMode = BoundedChannelFullMode.DropOldest });
        lock (_gate)
        {
            _readers.Add(channel);
            if (_latest is not null)
                channel.Writer.TryWrite(_latest);
            if (_status.State == SubscriberState.Ended)
                channel.Writer.TryComplete();
        }

        try
        {
            await foreach (var notification in channel.Reader.ReadAllAsync(cancel).ConfigureAwait(false))
                yield return notification;
        }
        finally
        {
            lock (_gate)
                _readers.Remove(channel);
        }
    }

    /// <summary>Asks for the state, and prolongs the subscription, now. Does nothing while a SUBSCRIBE is under way, or once it has ended.</summary>
    public void Refresh() => Lane.Run(static state => ((Subscription)state!).RefreshNow(), this);

    /// <summary>Takes it back, and waits for as long as <see cref="SubscribeOptions.CloseTimeout"/> for the last NOTIFY.</summary>
    public async ValueTask DisposeAsync()
    {
        Lane.Run(static state => ((Subscription)state!).Close(), this);
        try
        {
            await _closed.Task.WaitAsync(_options.CloseTimeout, _ua.Time).ConfigureAwait(false);
        }
        catch (TimeoutException)
        {
            // The notifier does not answer; the subscription goes with its lifetime.
        }
    }

    private void Publish(SubscriptionStatus status)
    {
        lock (_gate)
        {
            _status = status;
            if (status.State == SubscriberState.Ended)
            {
                foreach (var reader in _readers)
                    reader.Writer.TryComplete();
            }
        }

        if (status.State != SubscriberState.Subscribing)
            _first.TrySetResult(status);
        try
        {
            _handler?.OnStatus(this, status);
        }
        catch (Exception e) // the application's code: whatever it throws is its own affair and must not stop the lane
        {
            _ua.OnHandlerFault(e);
        }
    }

    private void Deliver(SubscriptionState state, SubscriptionReason reason, SipMessage notify)
    {
        lock (_gate)
        {
            _latest = new SubscriptionNotification(state, reason, notify.ToOwned());
            foreach (var reader in _readers)
                reader.Writer.TryWrite(_latest);
        }

        try
        {
            _handler?.OnNotify(this, state, notify);
        }
        catch (Exception e) // the application's code: whatever it throws is its own affair and must not stop the lane
        {
            _ua.OnHandlerFault(e);
        }
    }

    private static IEnumerable<SipHeader> Accepted(SubscribeOptions options) =>
        options.Accept.Count == 0 ? [] : [new SipHeader("Accept", string.Join(", ", options.Accept))];
}
