using System.Collections.Concurrent;
using System.Diagnostics;
using Parley.Net;
using Parley.Sip.Dialogs;
using Parley.Sip.Endpoint;
using Parley.Sip.Invites;
using Parley.Sip.Messages;
using Parley.Sip.Transport;

namespace Parley.CallApiBench;

/// <summary>As many phones as are called: each answers at once, at signalling level, and says when it was called.</summary>
internal sealed class Phones : ISipEndpointHandler, IInviteSessionHandler, IAsyncDisposable
{
    private static readonly SipBody Sdp = new(
        "application/sdp",
        "v=0\r\no=- 1 1 IN IP4 127.0.0.1\r\ns=-\r\nc=IN IP4 127.0.0.1\r\nt=0 0\r\nm=audio 6000 RTP/AVP 0\r\na=rtpmap:0 PCMU/8000\r\n");

    private readonly SystemNetwork _network = new();
    private SipEndpoint _endpoint = null!;

    /// <summary>When the INVITE with a Call-ID came, in ticks of the stopwatch.</summary>
    public ConcurrentDictionary<string, long> Called { get; } = new();

    public static async Task<Phones> StartAsync(int port)
    {
        var phones = new Phones();
        var options = new SipEndpointOptions { Transport = new SipTransportOptions { Listen = [$"udp:127.0.0.1:{port}"] }, Handler = phones };
        phones._endpoint = await SipEndpoint.StartAsync(phones._network, options, CancellationToken.None);
        return phones;
    }

    public IInviteSessionHandler? OnInvite(IncomingInvite invite)
    {
        var now = Stopwatch.GetTimestamp();
        if (invite.Request.GetString(HeaderId.CallId) is { } id)
            Called[id] = now;
        invite.Answer(Sdp);
        return this;
    }

    public void OnEnded(CallEnd end, SipMessage? message)
    {
    }

    public async ValueTask DisposeAsync()
    {
        await _endpoint.DisposeAsync();
        await _network.DisposeAsync();
    }
}
