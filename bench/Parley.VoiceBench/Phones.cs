using System.Collections.Concurrent;
using System.Globalization;
using System.Text;
using Parley.BenchSupport;
using Parley.Net;
using Parley.Sip.Dialogs;
using Parley.Sip.Endpoint;
using Parley.Sip.Invites;
using Parley.Sip.Messages;
using Parley.Sip.Transport;

namespace Parley.VoiceBench;

/// <summary>As many phones as are called: each answers at once, and their audio has one far end.</summary>
internal sealed class Phones : ISipEndpointHandler, IInviteSessionHandler, IAsyncDisposable
{
    private readonly SystemNetwork _network = new();
    private readonly FarEnd _far = new();
    private readonly ConcurrentDictionary<string, Line> _lines = new();
    private readonly SipBody _sdp;
    private SipEndpoint _endpoint = null!;

    private Phones() =>
        _sdp = new("application/sdp", $"v=0\r\no=- 1 1 IN IP4 127.0.0.1\r\ns=-\r\nc=IN IP4 127.0.0.1\r\nt=0 0\r\nm=audio {_far.Address.Port} RTP/AVP 0\r\na=rtpmap:0 PCMU/8000\r\n");

    public NetEndpoint Address => _endpoint.Listeners[0].Local;

    public static async Task<Phones> StartAsync()
    {
        var phones = new Phones();
        var options = new SipEndpointOptions { Transport = new SipTransportOptions { Listen = ["udp:127.0.0.1:0"] }, Handler = phones };
        phones._endpoint = await SipEndpoint.StartAsync(phones._network, options, CancellationToken.None);
        return phones;
    }

    public Line Add(string name) => _lines[name] = new(name);

    public Line this[string name] => _lines[name];

    public IInviteSessionHandler? OnInvite(IncomingInvite invite)
    {
        var uri = Encoding.UTF8.GetString(invite.Request.RequestUri);
        var line = _lines[uri[(uri.IndexOf(':', StringComparison.Ordinal) + 1)..uri.IndexOf('@', StringComparison.Ordinal)]];
        var offer = Encoding.UTF8.GetString(invite.Request.Body);
        var media = offer.AsSpan(offer.IndexOf("m=audio ", StringComparison.Ordinal) + 8);
        line.Port = int.Parse(media[..media.IndexOf(' ')], CultureInfo.InvariantCulture);
        _far.Add(line);
        invite.Answer(_sdp);
        return this;
    }

    public void OnEnded(CallEnd end, SipMessage? message)
    {
    }

    public async ValueTask DisposeAsync()
    {
        _far.Dispose();
        await _endpoint.DisposeAsync();
        await _network.DisposeAsync();
    }
}
