using System.Text;
using Parley.Net;

namespace Parley.Tests.Support;

/// <summary>The SIP socket of a peer that nobody here wrote the stack of: it sends the text it is given to the agent and keeps what it gets.</summary>
internal sealed class Signalling : IDatagramHandler
{
    private readonly string _who;
    private readonly VirtualTime _clock;
    private readonly NetEndpoint _us;
    private readonly IDatagramSocket _socket;
    private readonly List<string> _received = [];
    private TaskCompletionSource _arrival = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private int _seen;

    public Signalling(VirtualNetwork network, Lane lane, string who, string address)
    {
        _who = who;
        _clock = network.Clock;
        _us = network.Host(Stage.Us).Address.WithPort(5060);
        _socket = lane.BindUdp(network.Host(address).Address.WithPort(5060), this);
    }

    /// <summary>Every message received, oldest first.</summary>
    public IReadOnlyList<string> Received => [.. _received];

    /// <summary>Sends a message; line ends and Content-Length are put right.</summary>
    public void Send(string message) => _socket.Send(Wire.Complete(message), _us);

    /// <summary>Waits for the next message of that kind, as <see cref="Wire.Summary"/> names it; what comes before it is passed over.</summary>
    public async Task<string> Expect(string summary, double seconds)
    {
        var until = _clock.Elapsed + TimeSpan.FromSeconds(seconds);
        while (true)
        {
            var arrived = _arrival.Task;
            while (_seen < _received.Count)
            {
                if (Wire.Summary(_received[_seen++]) == summary)
                    return _received[_seen - 1];
            }

            try
            {
                await arrived.WaitAsync(until - _clock.Elapsed, _clock);
            }
            catch (TimeoutException)
            {
                Assert.Fail($"{_who} got no {summary} within {seconds} s, but: {string.Join(", ", _received.Select(Wire.Summary))}");
            }
        }
    }

    public void OnDatagram(IDatagramSocket socket, PacketBuffer datagram, in NetEndpoint source)
    {
        _received.Add(Encoding.UTF8.GetString(datagram.Span));
        var arrival = _arrival;
        _arrival = new(TaskCreationOptions.RunContinuationsAsynchronously);
        arrival.SetResult();
    }
}
