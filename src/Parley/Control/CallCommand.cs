using System.Text;
using Parley.Sip.Messages;
using Parley.Transfers;

namespace Parley.Control;

/// <summary>Something that is to be done with calls; see <see cref="CallControl.RunAsync"/>. Calls are named by their <see cref="CallSnapshot.Id"/>, or by the SIP Call-ID of either leg.</summary>
public abstract record CallCommand;

/// <summary>Which of the two parties of a call.</summary>
public enum CallSide
{
    /// <summary>Who calls, or who came in the place of that party.</summary>
    Caller,

    /// <summary>Who is called, or who came in the place of that party.</summary>
    Callee,
}

/// <summary>How a call between two parties is made.</summary>
public enum CallFlow
{
    /// <summary>Two calls, and their audio joined here: every phone can do that, and every command works.</summary>
    Relay,

    /// <summary>RFC 3725 §4.1: the caller's offer goes to the callee. Only for a callee that answers at once: the caller's phone has to wait for the ACK.</summary>
    ThirdPartyI,

    /// <summary>RFC 3725 §4.3: the caller makes an offer, gets an answer without media, and is re-INVITEd when the callee has answered.</summary>
    ThirdPartyIII,

    /// <summary>RFC 3725 §4.4, which it recommends: the caller is offered a session without media first, and re-INVITEd when the callee has answered.</summary>
    ThirdPartyIV,
}

/// <summary>Calls one party, then the other, and lets them talk. Its text form shows no secrets.</summary>
public sealed record StartCall : CallCommand
{
    /// <summary>Who is called first.</summary>
    public required string Caller { get; init; }

    /// <summary>Who is called when the caller has answered.</summary>
    public required string Callee { get; init; }

    /// <summary>What the callee is shown: <c>sip:alice@example.com</c> or <c>"Alice" &lt;sip:alice@example.com&gt;</c>. Default the caller.</summary>
    public string? CallerIdentity { get; init; }

    /// <summary>How long the caller may take to answer. Default 60 s.</summary>
    public TimeSpan CallerTimeout { get; init; } = TimeSpan.FromMinutes(1);

    /// <summary>How long the callee may take to answer. Default 60 s.</summary>
    public TimeSpan RingTimeout { get; init; } = TimeSpan.FromMinutes(1);

    /// <summary>Headers added to both INVITEs; those that signalling writes itself are refused. Default none.</summary>
    public IReadOnlyList<SipHeader> Headers { get; init; } = [];

    /// <summary>Codecs offered to both, best first, by name: <c>PCMU</c>, <c>PCMA</c>, <c>G722</c>, <c>L16</c>, <c>opus</c>. Default those of the user agent. For <see cref="CallFlow.Relay"/> only.</summary>
    public IReadOnlyList<string>? Codecs { get; init; }

    /// <summary>The caller hears what the callee's side plays before it answers; otherwise a ringing tone. Default true. Where the audio does not pass here the phones decide.</summary>
    public bool EarlyMedia { get; init; } = true;

    /// <summary>Record the call from its answer on, under this file name; empty for a name made up here. Default null: not recorded. For <see cref="CallFlow.Relay"/> only.</summary>
    public string? Record { get; init; }

    /// <summary>User name for challenges to either INVITE. Default: as the destinations say.</summary>
    public string? UserName { get; init; }

    /// <summary>Password for challenges to either INVITE. Default: as the destinations say.</summary>
    public string? Password { get; init; }

    /// <summary>Outbound proxy of both INVITEs: then both parties are called through it, whatever the destinations say. Default none.</summary>
    public string? Proxy { get; init; }

    /// <summary>Name of the trunk the callee is called over, whatever the destinations would choose; one there is not is 404. Default none.</summary>
    public string? Trunk { get; init; }

    /// <summary>How it is done. Default <see cref="CallFlow.Relay"/>.</summary>
    public CallFlow Flow { get; init; }

    /// <summary>Call-ID of the caller's leg. Default one of our own making. For <see cref="CallFlow.Relay"/> only.</summary>
    public string? SipCallId { get; init; }

    /// <inheritdoc/>
    protected override bool PrintMembers(StringBuilder builder)
    {
        builder.Append($"Caller = {Caller}, Callee = {Callee}, Flow = {Flow}, UserName = {UserName}, Proxy = {Proxy}, Trunk = {Trunk}, SipCallId = {SipCallId}");
        return true;
    }
}

/// <summary>Sends one party of a call to somebody else; the other party drops out when that has worked.</summary>
public sealed record BlindTransfer : CallCommand
{
    /// <summary>The call.</summary>
    public required string Call { get; init; }

    /// <summary>Who is transferred.</summary>
    public required CallSide Leg { get; init; }

    /// <summary>Whom to.</summary>
    public required string Destination { get; init; }

    /// <summary>Who does it. Default: as <see cref="CallControlOptions.Transfers"/> says.</summary>
    public TransferMode? Mode { get; init; }

    /// <summary>How long the destination may take to answer. Default 60 s.</summary>
    public TimeSpan RingTimeout { get; init; } = TimeSpan.FromMinutes(1);
}

/// <summary>Makes one call of two: a party of each, the other two drop out.</summary>
public sealed record AttendedTransfer : CallCommand
{
    /// <summary>The one call.</summary>
    public required string CallA { get; init; }

    /// <summary>Who of it is transferred.</summary>
    public required CallSide LegA { get; init; }

    /// <summary>The other call.</summary>
    public required string CallB { get; init; }

    /// <summary>Who of it stays and is talked to.</summary>
    public required CallSide LegB { get; init; }

    /// <summary>What the phone that is transferred is shown as its destination, where it does the transfer itself. Default the address of <see cref="LegB"/>.</summary>
    public string? Destination { get; init; }

    /// <summary>Who does it. Default: as <see cref="CallControlOptions.Transfers"/> says.</summary>
    public TransferMode? Mode { get; init; }
}

/// <summary>Puts one or both parties on hold.</summary>
public sealed record HoldCall : CallCommand
{
    /// <summary>The call.</summary>
    public required string Call { get; init; }

    /// <summary>Whom. Default both.</summary>
    public CallSide? Leg { get; init; }
}

/// <summary>Ends a hold.</summary>
public sealed record UnholdCall : CallCommand
{
    /// <summary>The call.</summary>
    public required string Call { get; init; }

    /// <summary>Whose. Default: of whoever is held.</summary>
    public CallSide? Leg { get; init; }
}

/// <summary>Ends a call, whatever it is doing: BYE, CANCEL, or a refusal.</summary>
public sealed record EndCall : CallCommand
{
    /// <summary>The call.</summary>
    public required string Call { get; init; }

    /// <summary>Why, for events and records. Default <c>Ended by command</c>.</summary>
    public string? Reason { get; init; }
}

/// <summary>Plays something to the parties, who do not hear each other meanwhile.</summary>
public sealed record PlayToCall : CallCommand
{
    /// <summary>The call.</summary>
    public required string Call { get; init; }

    /// <summary>What: a sound file below <see cref="CallControlOptions.Prompts"/>, <c>tone:440</c> with an optional length as in <c>tone:440/2.5</c> seconds, or an http or https URL.</summary>
    public required string Source { get; init; }

    /// <summary>To whom. Default both.</summary>
    public CallSide? Leg { get; init; }

    /// <summary>How often; 0 for until it is stopped. Default once.</summary>
    public int Repeat { get; init; } = 1;

    /// <summary>Louder or softer. Default 0 dB.</summary>
    public double GainDecibels { get; init; }
}

/// <summary>Stops what <see cref="PlayToCall"/> began.</summary>
public sealed record StopPlaying : CallCommand
{
    /// <summary>The call.</summary>
    public required string Call { get; init; }

    /// <summary>To whom. Default both.</summary>
    public CallSide? Leg { get; init; }
}

/// <summary>Records a call, or stops doing so: left the caller, right what the caller hears.</summary>
public sealed record RecordCall : CallCommand
{
    /// <summary>The call.</summary>
    public required string Call { get; init; }

    /// <summary>A plain file name below <see cref="CallControlOptions.Recordings"/>. Default one of our own making.</summary>
    public string? File { get; init; }

    /// <summary>Stop the recording that runs instead. Default false.</summary>
    public bool Stop { get; init; }
}

/// <summary>How digits are sent.</summary>
public enum DigitMethod
{
    /// <summary>As telephone events (RFC 4733); as tones where the phone did not agree to those.</summary>
    Rtp,

    /// <summary>As INFO requests.</summary>
    Info,

    /// <summary>As tones in the audio.</summary>
    InBand,
}

/// <summary>Presses digits towards a party.</summary>
public sealed record SendDigits : CallCommand
{
    /// <summary>The call.</summary>
    public required string Call { get; init; }

    /// <summary>Who gets them.</summary>
    public required CallSide Leg { get; init; }

    /// <summary>0–9, *, #, A–D.</summary>
    public required string Digits { get; init; }

    /// <summary>How. Default <see cref="DigitMethod.Rtp"/>.</summary>
    public DigitMethod Method { get; init; }

    /// <summary>Length of each. Default 100 ms.</summary>
    public TimeSpan Duration { get; init; } = TimeSpan.FromMilliseconds(100);
}

/// <summary>Lets a party of one call talk to a party of another; whoever is left over is hung up.</summary>
public sealed record BridgeCalls : CallCommand
{
    /// <summary>The call that goes on.</summary>
    public required string CallA { get; init; }

    /// <summary>The call that is over with that.</summary>
    public required string CallB { get; init; }

    /// <summary>Who of the first. Default the only party; of two the caller.</summary>
    public CallSide? LegA { get; init; }

    /// <summary>Who of the second. Default the only party; of two the callee.</summary>
    public CallSide? LegB { get; init; }
}

/// <summary>Answers an incoming call here; whoever was being rung for it is rung no more.</summary>
public sealed record AnswerCall : CallCommand
{
    /// <summary>The call.</summary>
    public required string Call { get; init; }
}

/// <summary>Refuses an incoming call that is not answered.</summary>
public sealed record RejectCall : CallCommand
{
    /// <summary>The call.</summary>
    public required string Call { get; init; }

    /// <summary>400 to 699. Default 603 Decline.</summary>
    public int Status { get; init; } = 603;

    /// <summary>Reason phrase. Default the standard one.</summary>
    public string? Reason { get; init; }
}

/// <summary>Sends an incoming call that is not answered elsewhere: 302.</summary>
public sealed record RedirectCall : CallCommand
{
    /// <summary>The call.</summary>
    public required string Call { get; init; }

    /// <summary>Where to, best first.</summary>
    public required IReadOnlyList<string> Contacts { get; init; }
}
