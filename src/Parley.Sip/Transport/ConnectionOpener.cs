using System.Security.Authentication;
using Parley.Net;

namespace Parley.Sip.Transport;

/// <summary>Opens connections, one attempt per target however many ask for it meanwhile.</summary>
internal sealed class ConnectionOpener
{
    private readonly SipTransportLayer _layer;
    private readonly Lock _gate = new();
    private readonly Dictionary<SipTarget, Attempt> _attempts = [];

    public ConnectionOpener(SipTransportLayer layer) => _layer = layer;

    public void Open(in SipTarget target, Lane lane, IFlowRequest request, CancellationToken stop)
    {
        var asking = new Asking(lane, request);
        if (target.Transport == SipTransport.Udp)
        {
            OpenUdp(target, asking);
            return;
        }

        Attempt attempt;
        lock (_gate)
        {
            if (_attempts.TryGetValue(target, out var running))
            {
                running.Asking.Add(asking);
                return;
            }

            if (_attempts.Count >= _layer.Options.TransportLimits.MaxConnecting
                || _layer.Connections.Count >= _layer.Options.TransportLimits.MaxConnections)
            {
                asking.Fail($"Not connected to {target.Remote}: the limit of connections is reached.");
                return;
            }

            attempt = new Attempt();
            attempt.Asking.Add(asking);
            _attempts.Add(target, attempt);
        }

        _ = ConnectAsync(target, stop);
    }

    private void OpenUdp(in SipTarget target, Asking asking)
    {
        try
        {
            if (_layer.TryGetFlow(target, out var flow) || _layer.TryBindClient(target, out flow))
                asking.Open(flow);
            else
                asking.Fail($"There is no way to {target.Remote} from here.");
        }
        catch (IOException e)
        {
            asking.Fail(e.Message);
        }
    }

    private async Task ConnectAsync(SipTarget target, CancellationToken stop)
    {
        try
        {
            var connection = await _layer.Network.ConnectAsync(OptionsFor(target), stop);
            var channel = _layer.Adopt(connection, target.HostName);
            if (channel is null)
                Finish(target, null, "The transport is closing.");
            else
                Finish(target, channel, "");
        }
        catch (Exception e) when (e is IOException or AuthenticationException or OperationCanceledException)
        {
            _layer.Counters.CountConnectFailure();
            Finish(target, null, e.Message);
        }
    }

    private StreamConnectOptions OptionsFor(in SipTarget target)
    {
        var options = _layer.Options;
        return new()
        {
            Kind = target.Transport.ToStreamKind(),
            Remote = target.Remote,
            HostName = target.HostName,
            VerifyCertificate = options.VerifyCertificates,
            TrustedRoots = options.TrustedRoots,
            ClientCertificate = options.ClientCertificate,
            Timeout = options.ConnectTimeout,
            Path = options.WebSocketPath,
            MaxSendQueue = options.TransportLimits.MaxSendQueue,
            MaxMessage = options.Limits.MaxMessage,
        };
    }

    private void Finish(in SipTarget target, StreamChannel? channel, string why)
    {
        Attempt? attempt;
        lock (_gate)
            _attempts.Remove(target, out attempt);
        foreach (var asking in attempt!.Asking)
        {
            if (channel is null)
                asking.Fail(why);
            else
                asking.Open(new(channel, channel.Remote));
        }
    }

    private sealed class Attempt
    {
        public List<Asking> Asking { get; } = [];
    }

    private sealed record Asking(Lane Lane, IFlowRequest Request)
    {
        public void Open(SipFlow flow) => Lane.Post(_ => Request.OnOpened(flow), null);

        public void Fail(string why) => Lane.Post(_ => Request.OnFailed(why), null);
    }
}
