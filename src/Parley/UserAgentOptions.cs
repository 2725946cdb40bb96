using System.Security.Cryptography.X509Certificates;
using Microsoft.Extensions.Logging;
using Parley.Dialogs;
using Parley.Media.Codecs;
using Parley.Media.Engine;
using Parley.Media.Srtp;
using Parley.Net;
using Parley.Sip.Endpoint;
using Parley.Sip.Invites;
using Parley.Sip.Messages;
using Parley.Sip.Transport;

namespace Parley;

/// <summary>How a <see cref="UserAgent"/> is set up. Everything has a default that works on a machine with one network.</summary>
public sealed record UserAgentOptions
{
    /// <summary>
    /// Where to listen: <c>udp://HOST:PORT</c>, <c>tcp://…</c>, <c>tls://…</c>, <c>ws://…</c>, <c>wss://…</c>; port 0 takes a free one, IPv6 addresses stand in brackets.
    /// Default: UDP and TCP on 0.0.0.0:5060. An empty list makes an agent that only dials, from a free UDP port of IPv4.
    /// </summary>
    public IReadOnlyList<string> Listen { get; init; } = ["udp://0.0.0.0:5060", "tcp://0.0.0.0:5060"];

    /// <summary>Value of the User-Agent and Server headers. Default <c>Parley</c> and the version.</summary>
    public string? Name { get; init; }

    /// <summary>The address of record calls are made from when <see cref="DialOptions.Caller"/> is not given. Default <c>sip:parley@</c> and the local address.</summary>
    public string? Caller { get; init; }

    /// <summary>Host that Via, Contact and SDP show instead of the local address, for an agent behind a forwarding NAT. Default none.</summary>
    public string? ExternalHost { get; init; }

    /// <summary>Certificate with private key for TLS and WSS listeners. Default none: those listeners then refuse to start.</summary>
    public X509Certificate2? Certificate { get; init; }

    /// <summary>False accepts any certificate of a TLS peer we connect to: for tests and closed networks only. Default true.</summary>
    public bool VerifyCertificates { get; init; } = true;

    /// <summary>Certificates trusted besides the system's. Default none.</summary>
    public X509Certificate2Collection? TrustedRoots { get; init; }

    /// <summary>Codecs offered and accepted, best first. Default <see cref="AudioCodecs.Default"/>; <see cref="AudioCodecs.Opus"/> is used where it is named here.</summary>
    public IReadOnlyList<AudioCodec> Codecs { get; init; } = AudioCodecs.Default;

    /// <summary>
    /// Whether audio is encrypted (SRTP with keys in the session description, RFC 4568). The keys are as safe as the signalling: over UDP and TCP who reads along has them. Default
    /// <see cref="Media.Srtp.MediaEncryption.None"/>.
    /// </summary>
    public MediaEncryption MediaEncryption { get; init; }

    /// <summary>How it may be encrypted, best first. Offers have the first three, answers take any of them. Default all there are, <see cref="SrtpSuite.All"/>.</summary>
    public IReadOnlyList<SrtpSuite> CryptoSuites { get; init; } = SrtpSuite.All;

    /// <summary>First and last UDP port for RTP and RTCP; a call takes an even one and the odd one above. Default 10000–20000.</summary>
    public (int First, int Last) MediaPorts { get; init; } = (10_000, 20_000);

    /// <summary>A call whose peer sends no packet for this long ends with <see cref="Sip.Invites.CallEndKind.Timeout"/>, unless it is on hold. Default zero: never.</summary>
    public TimeSpan MediaTimeout { get; init; }

    /// <summary>
    /// Whose packets a call takes, and where it sends. Default <see cref="LatchPolicy.SameAddress"/>: nobody but the address in the session description, or the one the
    /// signalling comes from, can speak into a call; that serves phones behind NAT too. <see cref="LatchPolicy.AnyUntilLocked"/> is for media from a third address.
    /// </summary>
    public LatchPolicy MediaLatching { get; init; } = LatchPolicy.SameAddress;

    /// <summary>Calls up at once; further INVITEs get 503 with Retry-After. Default 10,000.</summary>
    public int MaxCalls { get; init; } = 10_000;

    /// <summary>
    /// When true, requests that begin something new get 503 with Retry-After while all of them stay later than a busy machine should let them: what keeps a server serving. A phone of a
    /// test that takes each call, if late, says false. Default true; the times are those of <see cref="Sip.Transactions.TransactionOptions"/>.
    /// </summary>
    public bool RefuseWhenBehind { get; init; } = true;

    /// <summary>Signalling lanes. Default 1: a core carries thousands of calls a second, and one lane changes threads least.</summary>
    public int SignallingLanes { get; init; } = 1;

    /// <summary>Media lanes. Default: half the processors, at least 1.</summary>
    public int MediaLanes { get; init; } = Math.Max(1, Environment.ProcessorCount / 2);

    /// <summary>
    /// Takes what is no call: REGISTER, MESSAGE, PUBLISH, subscriptions, REFER outside a call; and calls while nobody serves them. Called on lanes. Its methods and packages
    /// have to be named in <see cref="Methods"/> and <see cref="Events"/>. Default none: 405, 489, 603.
    /// </summary>
    public ISipEndpointHandler? Services { get; init; }

    /// <summary>
    /// A call's other side asks us to call somebody (REFER): accept and report, or reject; off the lanes. What it leaves undecided, and everything without it, is refused with
    /// 603. A call's own <see cref="CallHandlers.OnTransferRequest"/> comes before it. Default none.
    /// </summary>
    public Func<Call, TransferRequest, ValueTask>? OnTransferRequest { get; init; }

    /// <summary>Sees each new request before the user agent does, and may take it: a proxy. Default none.</summary>
    public ISipRequestRouter? Router { get; init; }

    /// <summary>Asked about each message before anything is spent on it: bans, rates. Default none.</summary>
    public ISipGate? Gate { get; init; }

    /// <summary>What is served, the value of Allow. Default: that of <see cref="SipEndpointOptions.Methods"/>, calls only, with REFER and NOTIFY for transfers and MESSAGE for texts within a call.</summary>
    public IReadOnlyList<SipMethod>? Methods { get; init; }

    /// <summary>Option tags understood, the value of Supported. Default: that of <see cref="SipEndpointOptions.Extensions"/>.</summary>
    public IReadOnlyList<string>? Extensions { get; init; }

    /// <summary>Event packages served, the value of Allow-Events (RFC 6665). Default none.</summary>
    public IReadOnlyList<string> Events { get; init; } = [];

    /// <summary>Body types an INVITE may carry; an empty list takes all. Default: session descriptions, alone or in a multipart body.</summary>
    public IReadOnlyList<string>? AcceptedBodies { get; init; }

    /// <summary>How calls are kept alive (RFC 4028). Default: not asked for, but done when the other side asks.</summary>
    public SessionTimerOptions SessionTimers { get; init; } = new();

    /// <summary>OPTIONS is answered with what this agent can do; false gives it to <see cref="Services"/>. Default true.</summary>
    public bool AnswerOptions { get; init; } = true;

    /// <summary>Sees every SIP message received and sent. Default none.</summary>
    public ISipTrace? Trace { get; init; }

    /// <summary>Where to log. Default nowhere.</summary>
    public ILoggerFactory? Logging { get; init; }

    /// <summary>The network to live on. Default the operating system's; tests give a virtual one.</summary>
    public INetwork? Network { get; init; }
}
