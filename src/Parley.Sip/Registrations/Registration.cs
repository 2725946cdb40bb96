using System.Runtime.CompilerServices;
using System.Text;
using System.Threading.Channels;
using Parley.Net;
using Parley.Sip.Dialogs;
using Parley.Sip.Messages;

namespace Parley.Sip.Registrations;

/// <summary>
/// One binding of ours at a registrar (RFC 3261 §10), refreshed in time, tried again with growing pauses after a failure, and taken back when this is disposed.
/// May be used from any thread.
/// </summary>
public sealed partial class Registration : IAsyncDisposable
{
    // Changes a reader may be behind before the oldest are dropped: what matters is the latest.
    private const int MaxBehind = 16;

    private readonly UserAgentLane _ua;
    private readonly RegistrationOptions _options;
    private readonly AttemptTimes _times;
    private readonly TaskCompletionSource<RegistrationStatus> _first = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource _closed = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly Lock _gate = new();
    private readonly List<Channel<RegistrationStatus>> _readers = [];
    private volatile RegistrationStatus _status = new(RegistrationState.Registering, 0, "Not registered yet");

    internal Registration(UserAgentLane ua, RegistrationOptions options, string callId)
    {
        _ua = ua;
        _options = options;
        _times = new AttemptTimes(options.RefreshAfter, options.RetryBase, options.RetryMax, options.KeepAlive);
        _keepAlive = new KeepAliveTimer(this);
        _user = ContactText.User(options.ContactUser, options.Address);
        _upkeep = new Upkeep(ua, this, Draft(callId), options.Credentials, _times, options.Expires);
    }

    internal Net.Lane Lane => _ua.Lane;

    /// <summary>The flows of the same device, this one included; null for a registration of its own.</summary>
    internal RegistrationSet? Set { get; init; }

    /// <summary>How it stands.</summary>
    public RegistrationStatus Status => _status;

    /// <summary>Waits for the first outcome.</summary>
    /// <param name="cancel">Stops waiting.</param>
    /// <returns>The status after the first attempt: registered, or failed and to be tried again.</returns>
    public Task<RegistrationStatus> WaitAsync(CancellationToken cancel = default) => _first.Task.WaitAsync(cancel);

    /// <summary>The present status and every change from now on, until the registration is disposed. A slow reader misses old ones, never the latest.</summary>
    /// <param name="cancel">Stops.</param>
    public async IAsyncEnumerable<RegistrationStatus> Changes([EnumeratorCancellation] CancellationToken cancel = default)
    {
        var channel = Channel.CreateBounded<RegistrationStatus>(new BoundedChannelOptions(MaxBehind) { FullMode = BoundedChannelFullMode.DropOldest });
        lock (_gate)
        {
            _readers.Add(channel);
            channel.Writer.TryWrite(_status);
            if (_status.State == RegistrationState.Closed)
                channel.Writer.TryComplete();
        }

        try
        {
            await foreach (var status in channel.Reader.ReadAllAsync(cancel).ConfigureAwait(false))
                yield return status;
        }
        finally
        {
            lock (_gate)
                _readers.Remove(channel);
        }
    }

    /// <summary>Sends the next REGISTER now instead of when it is due, unless one is under way. Does nothing when it is disposed.</summary>
    public void Refresh() => _ua.Lane.Run(static state => ((Registration)state!)._upkeep.RefreshNow(), this);

    /// <summary>Takes back this binding, and only this one, and waits for as long as <see cref="RegistrationOptions.CloseTimeout"/> to hear that it is gone.</summary>
    public async ValueTask DisposeAsync()
    {
        _ua.Lane.Run(static state => ((Registration)state!).Close(), this);
        try
        {
            await _closed.Task.WaitAsync(_options.CloseTimeout, _ua.Time).ConfigureAwait(false);
        }
        catch (TimeoutException)
        {
            // The registrar does not answer; the binding goes with its lifetime.
        }
    }

    private void Publish(RegistrationStatus status)
    {
        lock (_gate)
        {
            _status = status;
            foreach (var reader in _readers)
            {
                reader.Writer.TryWrite(status);
                if (status.State == RegistrationState.Closed)
                    reader.Writer.TryComplete();
            }
        }

        if (status.State != RegistrationState.Registering)
            _first.TrySetResult(status);
    }

    private RequestDraft Draft(string callId)
    {
        var address = new SipAddress(_options.Address);
        // RFC 3261 §10.2: the request-URI is the domain, without user part.
        var registrar = _options.Registrar ?? SipUri.Create(null, _options.Address.Host, _options.Address.Port, _options.Address.IsSecure);
        var route = RouteSet.Preloaded(_options.Proxy, []);
        return RequestDraft.Outside(SipMethod.Register, registrar, address, address, DialogTag.New(), callId, route) with
        {
            Contact = Contact(default),
            Headers = Headers(),
        };
    }

    // RFC 5626 §4.2.1, RFC 5627 §4.2.
    private IReadOnlyList<SipHeader> Headers() => _options.InstanceId is null
        ? [.. _options.Headers]
        : [new SipHeader("Supported", _isOutbound ? "path, outbound, gruu" : "path, gruu"), .. _options.Headers];

    private FlowContact Contact(in NetEndpoint publicAddress) =>
        new(_user, _options.Address.IsSecure, Encoding.UTF8.GetBytes(ContactParameters(_options, _isOutbound)), publicAddress);

    private static string ContactParameters(RegistrationOptions options, bool isOutbound)
    {
        if (options.InstanceId is not { } instance)
            return "";
        if (!instance.StartsWith("urn:", StringComparison.OrdinalIgnoreCase) || instance.Any(c => c is <= ' ' or > '~' or '"' or '<' or '>'))
            throw new ArgumentException("An instance id is a URN, e.g. urn:uuid:00000000-0000-1000-8000-000A95A0E128.", nameof(options));
        var parameters = $";+sip.instance=\"<{instance}>\"";
        return isOutbound ? $"{parameters};reg-id={options.RegId}" : parameters;
    }
}
