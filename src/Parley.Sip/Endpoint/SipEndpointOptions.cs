using Parley.Sip.Authentication;
using Parley.Sip.Dialogs;
using Parley.Sip.Invites;
using Parley.Sip.Locating;
using Parley.Sip.Messages;
using Parley.Sip.Transactions;
using Parley.Sip.Transport;

namespace Parley.Sip.Endpoint;

/// <summary>How a user agent's signalling is set up.</summary>
public sealed record SipEndpointOptions
{
    /// <summary>Listeners, certificates, message limits, trace. Default: that type's defaults.</summary>
    public SipTransportOptions Transport { get; init; } = new();

    /// <summary>Timers and limits of transactions. Default: those of RFC 3261.</summary>
    public TransactionOptions Transactions { get; init; } = new();

    /// <summary>How names are turned into addresses (RFC 3263). Default: by the system's name servers and hosts file.</summary>
    public LocatorOptions Locating { get; init; } = new();

    /// <summary>Who takes calls and requests; null refuses them: INVITE with 480, the rest with 405. Default null.</summary>
    public ISipEndpointHandler? Handler { get; init; }

    /// <summary>Sees requests before <see cref="Handler"/> does and takes what goes elsewhere: a proxy. Of one endpoint only. Default none.</summary>
    public ISipRequestRouter? Router { get; init; }

    /// <summary>Our address of record: From of calls that name no caller. Default <c>sip:anonymous@anonymous.invalid</c> (RFC 3323 §4.1.1.3).</summary>
    public SipAddress Identity { get; init; } = SipAddress.Parse("\"Anonymous\" <sip:anonymous@anonymous.invalid>");

    /// <summary>Value of User-Agent in requests and Server in responses; empty sends neither. Default <c>Parley</c>.</summary>
    public string UserAgent { get; init; } = "Parley";

    /// <summary>What is served: the value of Allow. A request of another method gets 405 (RFC 3261 §8.2.1). Default INVITE, ACK, CANCEL, BYE, OPTIONS, INFO, UPDATE, PRACK.</summary>
    public IReadOnlyList<SipMethod> Methods { get; init; } =
        [SipMethod.Invite, SipMethod.Ack, SipMethod.Cancel, SipMethod.Bye, SipMethod.Options, SipMethod.Info, SipMethod.Update, SipMethod.Prack];

    /// <summary>
    /// OPTIONS, within calls and outside, is answered 200 with what this endpoint can do (RFC 3261 §11.2), 503 while draining. False hands it to the handlers
    /// like any other request. Default true.
    /// </summary>
    public bool AnswerOptions { get; init; } = true;

    /// <summary>
    /// Option tags understood: the value of Supported. A request that requires another gets 420 (RFC 3261 §8.2.2.3). Default <c>100rel</c> (RFC 3262; PRACK is then
    /// served whether or not <see cref="Methods"/> names it) and <c>timer</c> (RFC 4028, see <see cref="SessionTimers"/>).
    /// </summary>
    public IReadOnlyList<string> Extensions { get; init; } = ["100rel", "timer"];

    /// <summary>
    /// Event packages others may subscribe to: the value of Allow-Events. A SUBSCRIBE for another gets 489 (RFC 6665 §8.3.2). SUBSCRIBE has to be among
    /// <see cref="Methods"/> too. Default none.
    /// </summary>
    public IReadOnlyList<string> Events { get; init; } = [];

    /// <summary>
    /// Session timers of calls (RFC 4028), for those that say nothing themselves. Default: none is asked for, and what peers ask for, 90 s and longer, is
    /// honoured.
    /// </summary>
    public SessionTimerOptions SessionTimers { get; init; } = new();

    /// <summary>
    /// Body types an INVITE may carry: the value of Accept. Another type gets 415, unless its Content-Disposition says it is optional (RFC 3261 §8.2.3).
    /// Default none: everything is taken, and Accept is not sent.
    /// </summary>
    public IReadOnlyList<string> AcceptedBodies { get; init; } = [];

    /// <summary>Answers 401 and 407 where a call or request brings no credentials of its own. Default none.</summary>
    public DigestCredentials? Credentials { get; init; }

    /// <summary>Whether requests within a call go to the peer's Contact or back along the path its messages came by. Default <see cref="FlowRouting.WhenBehindNat"/>.</summary>
    public FlowRouting FlowRouting { get; init; } = FlowRouting.WhenBehindNat;

    /// <summary>Told of exceptions that handlers threw; the call or request in question is ended. Called on lanes. Default nobody; they are counted in any case.</summary>
    public Action<Exception>? OnFault { get; init; }

    /// <summary>How long disposing waits for peers to answer the last BYEs. Default 2 s: two retransmissions over a network that loses some.</summary>
    public TimeSpan CloseTimeout { get; init; } = TimeSpan.FromSeconds(2);

    /// <summary>Limits on what strangers and the application can make grow.</summary>
    public EndpointLimits Limits { get; init; } = new();
}
