using System.Diagnostics.CodeAnalysis;
using System.Net;
using System.Net.Sockets;
using Parley.Dialogs;
using Parley.Media.Codecs;
using Parley.Media.Engine;
using Parley.Media.Sdp;
using Parley.Media.Sdp.OfferAnswer;
using Parley.Media.Srtp;
using Parley.Net;
using Parley.Sip.Dialogs;
using Parley.Sip.Invites;
using Parley.Sip.Locating;
using Parley.Sip.Messages;
using Parley.Sip.Transport;

namespace Parley;

/// <summary>
/// The one place where signalling and media meet: a call's audio stream and where its offer/answer stands (RFC 3264). Descriptions come from the call's lane and
/// from the application's threads, never both at once for one exchange; the gate keeps a re-INVITE from meeting an answer being made.
/// </summary>
internal sealed class CallMedia : IAsyncDisposable
{
    private readonly UserAgent _agent;
    private readonly IPAddress _advertised;
    private readonly AudioStream? _beside;
    private readonly Lock _gate = new();
    // What a stream that is only looked at could be encrypted with.
    private static readonly SrtpKey[] s_anyKeys = [.. SrtpSuite.All.Select(SrtpKey.Create)];

    private IReadOnlyList<AudioCodec> _codecs;
    private MediaEncryption _encryption;
    private AudioStream? _stream;
    private LocalAudio? _local;
    private SessionDescription? _pendingOffer;
    private SessionDescription? _described;
    private SdpOrigin? _origin; // of a session that somebody else has begun
    private SipBody _answered;
    private NetEndpoint _signalling;
    private Action<TimeSpan>? _onSilence;
    private bool _stopped;

    private CallMedia(UserAgent agent, IPAddress advertised, IReadOnlyList<AudioCodec> codecs, AudioStream? beside)
    {
        _agent = agent;
        _advertised = advertised;
        _codecs = codecs;
        _beside = beside;
        _encryption = agent.Options.MediaEncryption;
    }

    /// <summary>Told once when the peer has sent nothing for the user agent's media timeout.</summary>
    public Action<TimeSpan>? OnSilence
    {
        get => _onSilence;
        set
        {
            _onSilence = value;
            if (_stream is { } stream)
                _ = WatchSilenceAsync(stream);
        }
    }

    /// <summary>The address the session description shows, as a SIP host.</summary>
    public string AdvertisedHost => _advertised.AddressFamily == AddressFamily.InterNetworkV6 ? $"[{_advertised}]" : _advertised.ToString();

    /// <summary>What was agreed last; null before an agreement.</summary>
    public NegotiatedAudio? Agreed { get; private set; }

    /// <summary>What this side described last, offer or answer; null before.</summary>
    public ReadOnlyMemory<byte>? Sent { get; private set; }

    /// <summary>What the peer described last, of that which was taken; null before.</summary>
    public byte[]? Received { get; private set; }

    /// <summary>True while an offer of ours waits for its answer.</summary>
    public bool AwaitsAnswer => _pendingOffer is not null;

    /// <summary>True once audio can flow.</summary>
    [MemberNotNullWhen(true, nameof(Agreed))]
    public bool IsOpen => Agreed is not null && !_stopped;

    /// <summary>The stream, once audio can flow or an offer has been made.</summary>
    public AudioStream? Stream => _stream;

    /// <summary>The audio of a call that came.</summary>
    /// <param name="agent">Whose ports and lanes.</param>
    /// <param name="flow">Where it came from.</param>
    /// <param name="codecs">Codecs accepted. Default the agent's.</param>
    /// <param name="beside">The stream it is to be relayed with, whose lane is used. Default none.</param>
    public static CallMedia ForIncoming(UserAgent agent, in SipFlow flow, IReadOnlyList<AudioCodec>? codecs = null, AudioStream? beside = null)
    {
        var media = new CallMedia(agent, Advertised(agent, LocalOf(agent, flow)), codecs ?? agent.Options.Codecs, beside);
        media.TrustSignalling(flow.Remote);
        return media;
    }

    public static Task<CallMedia> ForDialAsync(UserAgent agent, OutgoingInviteOptions invite, DialOptions options, CancellationToken cancel)
    {
        AudioCodecs.RequireUsable(options.Codecs, nameof(DialOptions.Codecs));
        var codecs = options.Codecs ?? CodecsOf(options.BridgeWith) ?? agent.Options.Codecs;
        return ForDialAsync(agent, NextHop(invite), codecs, options.BridgeWith?.AudioSession.Stream, cancel, invite.Flow, options.MediaEncryption);
    }

    /// <summary>The audio of a call to somebody, its port open.</summary>
    /// <param name="agent">Whose ports and lanes.</param>
    /// <param name="next">Where the INVITE goes: the address towards it is what the description shows.</param>
    /// <param name="codecs">Codecs offered.</param>
    /// <param name="beside">The stream it is to be relayed with, whose lane is used. Null for none.</param>
    /// <param name="cancel">Gives up.</param>
    /// <param name="flow">The flow it goes over, where that is known before.</param>
    /// <param name="encryption">Whether it is encrypted. Default as the agent has it.</param>
    public static async Task<CallMedia> ForDialAsync(
        UserAgent agent, SipUri next, IReadOnlyList<AudioCodec> codecs, AudioStream? beside, CancellationToken cancel, SipFlow? flow = null, MediaEncryption? encryption = null)
    {
        var local = flow is { } known ? LocalOf(agent, known) : await LocalFor(agent, next, cancel).ConfigureAwait(false);
        var media = new CallMedia(agent, Advertised(agent, local), codecs, beside);
        media._encryption = encryption ?? media._encryption;
        media.OpenStream();
        return media;
    }

    /// <summary>A phone behind NAT names an address nobody else can reach; its audio comes from where its signalling comes from.</summary>
    public void TrustSignalling(in NetEndpoint remote)
    {
        _signalling = remote;
        _stream?.TrustSignalling(remote);
    }

    /// <summary>A new offer of ours; it waits for <see cref="TryAcceptAnswer"/>.</summary>
    public SipBody Offer()
    {
        lock (_gate)
            return OfferLocked();
    }

    /// <summary>A new offer of ours with another direction, e.g. sendonly to hold the peer; the direction stays for what follows.</summary>
    public SipBody Offer(MediaDirection direction)
    {
        lock (_gate)
        {
            _local = _local! with { Direction = direction };
            return OfferLocked();
        }
    }

    /// <summary>Goes on with a session in which somebody else has spoken: its o= line stays, and so do its streams' places (RFC 3264 §8).</summary>
    public void Continue(SessionDescription last)
    {
        lock (_gate)
            (_described, _origin) = (last, last.Origin);
    }

    /// <summary>What this side wants.</summary>
    public MediaDirection Direction
    {
        get
        {
            lock (_gate)
                return _local?.Direction ?? MediaDirection.SendReceive;
        }
    }

    /// <summary>An offer of ours was refused: what was agreed stays, and so does the direction it wanted to change.</summary>
    public void OfferRefused(MediaDirection direction)
    {
        lock (_gate)
        {
            _pendingOffer = null;
            _local = _local! with { Direction = direction };
        }
    }

    /// <summary>The codecs an offer has in common with these, in its order; empty when there are none, or it cannot be read.</summary>
    public static IReadOnlyList<AudioCodec> CommonCodecs(SessionDescription offer, IReadOnlyList<AudioCodec> codecs)
    {
        var probe = new LocalAudio { Address = IPAddress.Any, Port = 1, Codecs = codecs, SessionId = 1, Encryption = MediaEncryption.Optional, Keys = s_anyKeys };
        return AudioAnswer.Create(offer, probe).Audio is { Enabled: true } audio ? [.. audio.SendPayloads.Select(payload => payload.Codec)] : [];
    }

    /// <summary>The answer to an INVITE's offer, or, when it has none, an offer that the ACK will answer. A second call repeats the first: early media, then the answer.</summary>
    /// <param name="invite">The INVITE.</param>
    /// <param name="options">Codecs and encryption.</param>
    /// <param name="read">Its offer, where somebody has read it already.</param>
    public SipBody Answer(SipMessage invite, AnswerOptions options, SessionDescription? read = null)
    {
        if (!_answered.IsNone)
            return _answered;
        AudioCodecs.RequireUsable(options.Codecs, nameof(AnswerOptions.Codecs));
        _codecs = options.Codecs ?? _codecs;
        _encryption = options.MediaEncryption ?? _encryption;
        string? problem = null;
        var offer = read ?? SessionBody.Read(invite, out problem);
        if (problem is not null)
            throw new CallMediaException(CallMediaProblem.Malformed, $"The offer cannot be read: {problem}");
        OpenStream();
        lock (_gate)
        {
            if (offer is null)
                return _answered = OfferLocked();
            var result = AudioAnswer.Create(offer, _local! with { Codecs = _codecs, PreferLocalOrder = options.PreferOwnCodecs });
            if (result.Failure is { } failure)
                throw new CallMediaException(CallMediaProblem.NotAcceptable, failure.Reason);
            Apply(result, invite);
            return _answered = Described(result.Answer!);
        }
    }

    /// <summary>Takes the answer to our offer from a response or an ACK. On the call's lane.</summary>
    public bool TryAcceptAnswer(SipMessage message, [NotNullWhen(false)] out string? problem)
    {
        lock (_gate)
        {
            var answer = SessionBody.Read(message, out problem);
            if (problem is not null)
                return false;
            if (_pendingOffer is null)
                return true;
            if (answer is null)
            {
                problem = "There is no session description where the answer to our offer belongs";
                return false;
            }

            var result = AudioAnswer.Apply(_pendingOffer, answer, _local!);
            problem = result.Failure?.Reason;
            if (problem is not null)
                return false;
            // The offer stays: another fork, or the 200 after early media, may answer it again (RFC 3261 §13.2.1).
            Apply(result, message);
            return true;
        }
    }

    /// <summary>Settles the exchange once the call is answered: what comes next is a new one.</summary>
    public void ExchangeDone()
    {
        lock (_gate)
            _pendingOffer = null;
    }

    /// <summary>Answers a re-INVITE: its offer, or a fresh offer of ours when it has none. False leaves everything as it was. On the call's lane.</summary>
    public bool TryAnswerReinvite(SipMessage reinvite, out SipBody body, [NotNullWhen(false)] out string? problem)
    {
        lock (_gate)
        {
            body = default;
            var offer = SessionBody.Read(reinvite, out problem);
            if (problem is not null)
                return false;
            if (_local is null)
            {
                problem = "The first offer has not been answered";
                return false;
            }

            if (offer is null)
            {
                body = OfferLocked();
                return true;
            }

            var result = AudioAnswer.Create(offer, _local with { Codecs = _codecs });
            problem = result.Failure?.Reason;
            if (problem is not null)
                return false;
            Apply(result, reinvite);
            body = Described(result.Answer!);
            return true;
        }
    }

    /// <summary>Sends and takes no more audio; the ports are given back by disposing.</summary>
    public void Stop()
    {
        _stopped = true;
        _ = _stream?.DisposeAsync().AsTask();
    }

    public ValueTask DisposeAsync()
    {
        Stop();
        return _stream?.DisposeAsync() ?? ValueTask.CompletedTask;
    }

    private static IReadOnlyList<AudioCodec>? CodecsOf(Call? other) => other?.Codec is { } codec ? [codec] : null;

    private static IPAddress Advertised(UserAgent agent, NetEndpoint local) =>
        IPAddress.TryParse(agent.Options.ExternalHost, out var external) ? external : local.ToAddress();

    private static NetEndpoint LocalOf(UserAgent agent, in SipFlow flow) =>
        flow.Channel.Local.IsAny ? agent.Network.LocalAddressFor(flow.Remote) : flow.Channel.Local;

    private static SipUri NextHop(OutgoingInviteOptions invite) => invite.Proxy ?? (invite.Route is [var first, ..] ? first : invite.Target);

    private static async ValueTask<NetEndpoint> LocalFor(UserAgent agent, SipUri next, CancellationToken cancel)
    {
        if (IPAddress.TryParse(next.Host.Trim('[', ']'), out var address))
            return agent.Network.LocalAddressFor(NetEndpoint.From(address, 5060));
        try
        {
            var targets = await agent.Endpoint.Locator.LocateAsync(next, cancel).ConfigureAwait(false);
            if (targets.Count > 0)
                return agent.Network.LocalAddressFor(targets[0].Remote);
        }
        catch (LocateException)
        {
            // Nobody to be found: the INVITE will say so.
        }

        return NetEndpoint.From(IPAddress.Loopback, 0); // any address does for an INVITE that cannot leave
    }

    private void OpenStream()
    {
        if (_stream is not null)
            return;
        try
        {
            var any = _advertised.AddressFamily == AddressFamily.InterNetworkV6 ? IPAddress.IPv6Any : IPAddress.Any;
            _stream = _agent.Media.CreateStream(new AudioStreamOptions { BindAddress = any, LaneOf = _beside });
            if (_signalling.HasValue)
                _stream.TrustSignalling(_signalling);
        }
        catch (MediaPortsExhaustedException e)
        {
            throw new CallMediaException(CallMediaProblem.NoPort, e.Message, e);
        }

        _local = new LocalAudio
        {
            Address = _advertised,
            Port = _stream.Local.Port,
            Codecs = _codecs,
            SessionId = LocalAudio.NewSessionId(),
            Encryption = _encryption,
            Keys = _encryption == MediaEncryption.None ? [] : [.. _agent.Options.CryptoSuites.Select(SrtpKey.Create)],
        };
        if (_onSilence is not null)
            _ = WatchSilenceAsync(_stream);
    }

    private SipBody OfferLocked()
    {
        // Streams keep their places through the session, also those that were refused (RFC 3264 §8).
        _pendingOffer = _described is null ? AudioOffer.Create(_local!) : AudioOffer.Create(_local!, _described);
        _local = _local!.Next(Agreed);
        return Described(_pendingOffer);
    }

    private SipBody Described(SessionDescription description)
    {
        if (_origin is not null)
            description = description with { Origin = _origin = SessionRevision.NextVersion(_origin) };
        var body = SessionBody.Write(_described = description);
        Sent = body.Content;
        return body;
    }

    private void Apply(OfferAnswerResult result, SipMessage from)
    {
        Received = SessionBody.Bytes(from);
        Agreed = result.Audio!;
        _local = _local!.Next(Agreed);
        if (_stopped)
            return;
        if (Agreed.Enabled && Agreed.RemoteAddress is null && Agreed.RemoteHost.Length > 0)
            _ = ConfigureByNameAsync(_stream!, Agreed);
        else
            _stream!.Configure(Agreed);
    }

    // A c= line may carry a host name (RFC 8866 §5.7). The lane does not wait for the look-up; audio starts when it is done. Names of strangers are asked for by the
    // resolver that has limits, not by the system's, which holds a thread for each.
    private async Task ConfigureByNameAsync(AudioStream stream, NegotiatedAudio agreed)
    {
        IPAddress? found;
        try
        {
            var v6 = _advertised.AddressFamily == AddressFamily.InterNetworkV6;
            var addresses = await _agent.Endpoint.Locator.Resolver.AddressesAsync(agreed.RemoteHost, v6, stream.Ended).ConfigureAwait(false);
            found = addresses is [var first, ..] ? first.ToAddress() : null;
        }
        catch (Exception e) when (e is DnsException or OperationCanceledException)
        {
            Log.MediaHostUnknown(_agent.Logger, agreed.RemoteHost, e.Message);
            return;
        }

        lock (_gate)
        {
            if (!_stopped && found is not null && ReferenceEquals(Agreed, agreed))
                stream.Configure(Agreed = agreed with { RemoteAddress = found, RemoteRtcpAddress = agreed.RemoteRtcpAddress ?? found });
        }
    }

    private async Task WatchSilenceAsync(AudioStream stream)
    {
        await stream.ReceiveTimedOut.ConfigureAwait(false);
        _onSilence?.Invoke(_agent.Options.MediaTimeout);
    }
}
