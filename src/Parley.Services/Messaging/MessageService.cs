using System.Runtime.CompilerServices;
using Parley.Services.Admission;
using Parley.Services.Locations;
using Parley.Services.Proxy;
using Parley.Sip.Dialogs;
using Parley.Sip.Endpoint;
using Parley.Sip.Messages;

namespace Parley.Services.Messaging;

/// <summary>
/// Takes MESSAGEs for our users (RFC 3428). Each goes to all phones of its recipient at once: 200 when one has taken it. When nobody is there it is kept, answered 202, and
/// delivered when the recipient registers; what has been answered 202 is let go only when a phone has taken it, or when it expires.
/// </summary>
public sealed partial class MessageService : ILocationWatcher, IAsyncDisposable
{
    private readonly ILocationService _locations;
    private readonly IMessageStore _store;
    private readonly IAdmission? _admission;
    private readonly MessageOptions _options;
    private readonly TimeProvider _time;
    private readonly ConditionalWeakTable<Binding, ProxyTarget> _targets = [];
    private readonly CancellationTokenSource _stop = new();
    private readonly SemaphoreSlim _telling = new(1);
    private SipEndpoint? _endpoint;
    private IDisposable? _watching;
    private ITimer? _expiring;
    private long _delivered;
    private long _stored;
    private long _deliveredLater;
    private long _expired;
    private long _refused;
    private long _faults;
    private long _delivering;

    /// <summary>Makes the service; <see cref="StartAsync"/> sets it to work.</summary>
    /// <param name="locations">Where everybody is.</param>
    /// <param name="store">Where messages wait; not disposed with this.</param>
    /// <param name="admission">Who may send: only from the address of his account. Null lets everybody send as anybody, for closed networks.</param>
    /// <param name="options">Bounds and times. Default: that type's defaults.</param>
    /// <param name="time">The clock. Default: the system's.</param>
    public MessageService(
        ILocationService locations, IMessageStore store, IAdmission? admission, MessageOptions? options = null, TimeProvider? time = null)
    {
        ArgumentNullException.ThrowIfNull(locations);
        ArgumentNullException.ThrowIfNull(store);
        _locations = locations;
        _store = store;
        _admission = admission;
        _options = options ?? new();
        _time = time ?? TimeProvider.System;
    }

    /// <summary>What happened so far.</summary>
    public MessageCounters Counters => new()
    {
        Delivered = Interlocked.Read(ref _delivered),
        Stored = Interlocked.Read(ref _stored),
        DeliveredLater = Interlocked.Read(ref _deliveredLater),
        Expired = Interlocked.Read(ref _expired),
        Refused = Interlocked.Read(ref _refused),
        Faults = Interlocked.Read(ref _faults),
        Delivering = Interlocked.Read(ref _delivering),
    };

    /// <summary>Begins to deliver, what has been waiting since before a restart included.</summary>
    /// <param name="endpoint">What to send with.</param>
    /// <param name="cancel">Gives up.</param>
    /// <exception cref="IOException">The store cannot be read.</exception>
    public async ValueTask StartAsync(SipEndpoint endpoint, CancellationToken cancel = default)
    {
        ArgumentNullException.ThrowIfNull(endpoint);
        foreach (var recipient in await _store.RecipientsAsync(cancel).ConfigureAwait(false))
        {
            _waiting.TryAdd(recipient, 0);
            await TellWaitingAsync(recipient).ConfigureAwait(false);
        }

        _endpoint = endpoint;
        _watching = _locations.Watch(this);
        _expiring = _time.CreateTimer(_ => _ = ExpireAsync(), null, _options.ExpireEvery, _options.ExpireEvery);
        foreach (var recipient in _waiting.Keys)
            DeliverWaiting(recipient);
    }

    /// <summary>Answers a MESSAGE outside a call, now or later. On its lane.</summary>
    public void Handle(IncomingRequest request)
    {
        ArgumentNullException.ThrowIfNull(request);
        if (_endpoint is null)
            request.Respond(503);
        else
            _ = HandleAsync(request);
    }

    /// <summary>Stops delivering; what waits is in the store.</summary>
    public async ValueTask DisposeAsync()
    {
        _watching?.Dispose();
        if (_expiring is not null)
            await _expiring.DisposeAsync().ConfigureAwait(false);
        await _stop.CancelAsync().ConfigureAwait(false);
        _telling.Dispose();
    }

    private async Task HandleAsync(IncomingRequest request)
    {
        Outcome outcome;
        try
        {
            outcome = await TakeAsync(request).ConfigureAwait(false);
        }
        catch (Exception e) when (e is IOException or ObjectDisposedException or OperationCanceledException)
        {
            OnFault(e);
            outcome = new(500);
        }

        if (outcome.Status >= 300)
            Interlocked.Increment(ref _refused);
        request.Lane.Run(static state =>
        {
            var (request, outcome) = ((IncomingRequest, Outcome))state!;
            request.Respond(outcome.Status, outcome.Reason, headers: outcome.Headers);
        }, (request, outcome));
    }

    // Runs on the lane until something has to be waited for; the request is the lane's, so all that is needed of it is read before.
    private async ValueTask<Outcome> TakeAsync(IncomingRequest request)
    {
        if (CheckBody(request.Message) is { } refusal)
            return refusal;
        if (!request.Message.TryGetRequestUri(out var uri))
            return new(400);
        var target = SipUri.FromView(uri);
        var message = PagerMessage.Read(request.Message, _time.GetUtcNow(), _options.MaxKeep);
        if (message is null)
            return new(400, "From or Content-Type cannot be used");
        if (_admission is not null)
        {
            var verdict = await _admission.CheckAsync(request.Message, request.Flow, AdmissionRole.UserAgent, _stop.Token).ConfigureAwait(false);
            if (!verdict.IsAllowed)
                return new(verdict.Status, Headers: verdict.Headers);
            if (verdict.Account is { } account
                && !(_locations.Domains.TryResolve(message.Sender.Uri, out var sender) && sender == AddressOfRecord.Create(account.Name, account.Realm)))
            {
                return new(403, "From is not the sender's own address");
            }
        }

        var answer = await _locations.ResolveAsync(target, _stop.Token).ConfigureAwait(false);
        return answer.Outcome switch
        {
            LocationOutcome.NotServed or LocationOutcome.Unknown => new(404),
            LocationOutcome.Offline => await KeepAsync(message with { Recipient = answer.Address }).ConfigureAwait(false),
            _ => await DeliverNowAsync(message with { Recipient = answer.Address }, answer.Bindings).ConfigureAwait(false),
        };
    }

    private Outcome? CheckBody(SipMessage message)
    {
        if (message.Body.Length > _options.MaxBody)
            return new(413);
        if (_options.AcceptedTypes.Count == 0 || message.Body.IsEmpty)
            return null;
        var type = message.GetString(HeaderId.ContentType)?.Split(';')[0].Trim();
        return _options.AcceptedTypes.Contains(type, StringComparer.OrdinalIgnoreCase)
            ? null
            : new(415, Headers: [new SipHeader("Accept", string.Join(", ", _options.AcceptedTypes))]);
    }

    private async ValueTask<Outcome> DeliverNowAsync(StoredMessage message, IReadOnlyList<Binding> bindings)
    {
        // Behind what still waits, so that the order stays.
        if (_waiting.ContainsKey(message.Recipient))
            return await KeepAsync(message).ConfigureAwait(false);
        if (Interlocked.Read(ref _delivering) >= _options.MaxDelivering)
            return new(503, Headers: [new SipHeader("Retry-After", "5")]);
        var status = await DeliverAsync(message, bindings, later: false).ConfigureAwait(false);
        if (status is >= 200 and < 300)
        {
            Interlocked.Increment(ref _delivered);
            return new(200);
        }

        return IsForLater(status) ? await KeepAsync(message).ConfigureAwait(false) : new(status);
    }

    private async ValueTask<Outcome> KeepAsync(StoredMessage message)
    {
        if (PagerMessage.IsMomentary(message) || message.Expires <= message.Received)
            return new(480);
        if (!await _store.AddAsync(message, _options.MaxPerRecipient, _stop.Token).ConfigureAwait(false))
            return new(480, "Too many messages are waiting");
        Interlocked.Increment(ref _stored);
        _waiting.TryAdd(message.Recipient, 0);
        await TellWaitingAsync(message.Recipient).ConfigureAwait(false);
        // He may have registered between the look-up and now.
        DeliverWaiting(message.Recipient);
        return new(202);
    }

    // One after the other, so that the last one told is the last one counted.
    private async ValueTask TellWaitingAsync(AddressOfRecord recipient)
    {
        if (_options.OnWaiting is not { } told)
            return;
        await _telling.WaitAsync(_stop.Token).ConfigureAwait(false);
        try
        {
            told(recipient, await _store.CountAsync(recipient, _stop.Token).ConfigureAwait(false));
        }
        finally
        {
            _telling.Release();
        }
    }

    // Nobody there, not in time, or not able just now: another time may be better. Anything else is an answer about this message.
    private static bool IsForLater(int status) => status is 408 or 430 or 480 or 486 or 487 or 500 or 502 or 503 or 504;

    private void OnFault(Exception fault)
    {
        Interlocked.Increment(ref _faults);
        if (!_stop.IsCancellationRequested)
            _options.OnFault?.Invoke(fault);
    }

    private readonly record struct Outcome(int Status, string? Reason = null, IReadOnlyList<SipHeader>? Headers = null);
}
