using Parley.Net;
using Parley.Sip.Messages;
using Parley.Sip.Parsing;

namespace Parley.Sip.Transport;

/// <summary>
/// All sockets, listeners and connections of one user agent. Received messages are handed to one <see cref="ISipReceiver"/>, malformed ones
/// are answered or dropped here.
/// </summary>
public sealed partial class SipTransportLayer : ISipTransport, IAsyncDisposable
{
    private readonly CancellationTokenSource _stop = new();
    private readonly List<IStreamListener> _streams = [];
    private readonly Lock _binding = new();
    private readonly ConnectionOpener _opener;
    private readonly ConnectionKeeper _keeper;
    private readonly MessageIntake _intake;
    private UdpChannel[] _udp = []; // replaced, never changed: lanes read it while further addresses are being bound
    private SipListener[] _listeners = [];

    private SipTransportLayer(INetwork network, SipTransportOptions options, Func<ISipTransport, ISipReceiver> receiver)
    {
        Network = network;
        Options = options;
        Lanes = network.CreateLanes("sip", options.Lanes);
        _opener = new(this);
        _keeper = new(Lanes[0], Connections, options);
        _intake = new(this, receiver(this));
    }

    /// <inheritdoc/>
    public IReadOnlyList<Lane> Lanes { get; }

    /// <inheritdoc/>
    public PacketPool Pool => Network.Pool;

    /// <inheritdoc/>
    public SipMessagePool Messages { get; } = new();

    /// <inheritdoc/>
    public SipLimits Limits => Options.Limits;

    /// <summary>What is listened on, in the order of the options, with real ports.</summary>
    public IReadOnlyList<SipListener> Listeners => _listeners;

    /// <summary>What has been done so far.</summary>
    public TransportCounters Counters { get; } = new();

    internal INetwork Network { get; }

    internal SipTransportOptions Options { get; }

    internal ConnectionTable Connections { get; } = new();

    /// <summary>Binds everything in <see cref="SipTransportOptions.Listen"/> and begins to receive.</summary>
    /// <param name="network">The network; it is not disposed with this.</param>
    /// <param name="options">What to listen on and how.</param>
    /// <param name="receiver">
    /// Makes the receiver, which needs the transport to send with. It may get messages before this method returns.
    /// </param>
    /// <param name="cancel">Gives up starting.</param>
    /// <exception cref="FormatException">A listen address cannot be read.</exception>
    /// <exception cref="ArgumentException">TLS or WSS is listened for without a certificate.</exception>
    /// <exception cref="IOException">An address is in use, not ours, or not permitted; nothing stays bound.</exception>
    public static async ValueTask<SipTransportLayer> StartAsync(
        INetwork network, SipTransportOptions options, Func<ISipTransport, ISipReceiver> receiver, CancellationToken cancel = default)
    {
        ArgumentNullException.ThrowIfNull(network);
        ArgumentNullException.ThrowIfNull(options);
        ArgumentNullException.ThrowIfNull(receiver);
        var addresses = options.Listen.Select(SipListenAddress.Parse).ToArray();
        foreach (var address in addresses)
        {
            if (address.Transport.IsSecure() && options.Certificate is null)
                throw new ArgumentException($"Listening on {address} needs {nameof(SipTransportOptions.Certificate)}.", nameof(options));
        }

        ArgumentOutOfRangeException.ThrowIfLessThan(options.BusyInterval, TimeSpan.Zero, nameof(options));
        ArgumentOutOfRangeException.ThrowIfGreaterThan(options.BusyInterval, TimeSpan.FromMilliseconds(2), nameof(options));
        var layer = new SipTransportLayer(network, options, receiver);
        try
        {
            foreach (var lane in layer.Lanes)
                lane.Run(_ => lane.Pace(options.BusyInterval), null);
            foreach (var address in addresses)
                await layer.ListenAsync(address, cancel);
            return layer;
        }
        catch
        {
            await layer.DisposeAsync();
            throw;
        }
    }

    /// <inheritdoc/>
    public Lane LaneFor(ReadOnlySpan<byte> callId) => Lanes.Count == 1 ? Lanes[0] : Lanes[LaneSelector.IndexFor(callId, Lanes.Count)];

    /// <inheritdoc/>
    public bool TryGetFlow(in SipTarget target, out SipFlow flow)
    {
        flow = default;
        if (target.Transport != SipTransport.Udp)
        {
            if (!Connections.TryFind(target, out var connection))
                return false;
            flow = new(connection, connection.Remote);
            return true;
        }

        foreach (var channel in _udp)
        {
            if (!channel.Reaches(target.Remote))
                continue;
            flow = new(channel, target.Remote);
            // A socket bound to one address fits best when it is on the peer's side of the machine: loopback for loopback.
            if (channel.Local.IsAny || channel.Local.IsLoopback == target.Remote.IsLoopback)
                break;
        }

        return flow.Channel is not null;
    }

    /// <inheritdoc/>
    public void Open(in SipTarget target, Lane lane, IFlowRequest request) => _opener.Open(target, lane, request, _stop.Token);

    /// <inheritdoc/>
    public bool Send(in SipFlow flow, PacketBuffer message)
    {
        ArgumentNullException.ThrowIfNull(message);
        var sent = flow.Channel switch
        {
            UdpChannel udp => udp.Send(message, flow.Remote),
            StreamChannel stream => stream.Send(message),
            _ => false,
        };
        if (!sent)
        {
            Counters.CountSendFailure();
            return false;
        }

        Counters.CountSent(flow.Transport);
        Trace(TraceDirection.Sent, flow, message.Span);
        return true;
    }

    /// <summary>
    /// Sends a double CRLF, which keeps a NAT between the peer and here from forgetting the flow (RFC 5626 §3.5.1; over UDP, where STUN is
    /// foreseen, line ends are what servers and phones in the field use). Connections opened here are kept alive without it.
    /// </summary>
    /// <returns>False when the channel is closed.</returns>
    public bool SendKeepAlive(in SipFlow flow)
    {
        var buffer = Pool.Rent(4);
        "\r\n\r\n"u8.CopyTo(buffer.Array);
        buffer.Length = 4;
        var sent = flow.Channel switch
        {
            UdpChannel udp => udp.Send(buffer, flow.Remote),
            StreamChannel stream => stream.Send(buffer),
            _ => false,
        };
        buffer.Release();
        return sent;
    }

    /// <inheritdoc/>
    public bool SendResponse(SipMessage request, in SipFlow flow, PacketBuffer response)
    {
        ArgumentNullException.ThrowIfNull(request);
        ArgumentNullException.ThrowIfNull(response);
        if (flow.Channel.IsOpen || !flow.Channel.IsReliable)
            return Send(ResponseRoute.For(request, flow), response);
        var target = ResponseRoute.Reopened(request, flow);
        if (TryGetFlow(target, out var other))
            return Send(other, response);
        Open(target, LaneFor(request.CallId), new DeferredSend(this, response.AddRef()));
        return true;
    }

    /// <summary>Stops listening and closes every connection, after what was queued on them has left or a second has passed.</summary>
    public async ValueTask DisposeAsync()
    {
        if (_stop.IsCancellationRequested)
            return;
        foreach (var channel in _udp)
            await channel.CloseAsync();
        await Task.WhenAll(Connections.Channels.Select(c => c.CloseAsync().AsTask()));
        await _stop.CancelAsync();
        foreach (var listener in _streams)
            await listener.DisposeAsync();
        _keeper.Stop();
    }

    internal void Trace(TraceDirection direction, in SipFlow flow, ReadOnlySpan<byte> message)
    {
        if (Options.Trace is not { } trace)
            return;
        try
        {
            trace.OnMessage(direction, Network.Time.GetUtcNow(), flow, message);
        }
        catch (Exception)
        {
            // The boundary to the user's code: a full disk must not end calls. It shows in the counters.
            Counters.CountTraceFault();
        }
    }

    /// <summary>A response that waits for its connection; owns one reference of the buffer.</summary>
    private sealed class DeferredSend(SipTransportLayer layer, PacketBuffer response) : IFlowRequest
    {
        public void OnOpened(in SipFlow flow)
        {
            layer.Send(flow, response);
            response.Release();
        }

        public void OnFailed(string why)
        {
            layer.Counters.CountSendFailure();
            response.Release();
        }
    }
}
