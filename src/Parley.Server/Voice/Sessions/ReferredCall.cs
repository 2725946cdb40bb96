using Parley.Contracts.Voice.Options;
using Parley.Sip.Messages;
using Parley.Speech;

namespace Parley.Server.Voice.Sessions;

/// <summary>The call a <c>refer</c> made, from its INVITE to its one last event. Used in its session's mailbox.</summary>
internal sealed class ReferredCall(OutgoingCall call, bool endsSession, SipOption? sip, DateTimeOffset started)
{
    public OutgoingCall Call { get; } = call;

    /// <summary>What the program wants of its signalling.</summary>
    public SipOption? Sip { get; } = sip;

    public DateTimeOffset Started { get; } = started;

    public DateTimeOffset? Rang { get; set; }

    public DateTimeOffset? Answered { get; set; }

    /// <summary>Whether the session's own call ends with this one.</summary>
    public bool EndsSession { get; set; } = endsSession;

    /// <summary>What the program said when it ended it; null when it did not.</summary>
    public (string Reason, string Initiator)? Why { get; set; }

    /// <summary>True once its last event has been told.</summary>
    public bool IsOver { get; set; }

    /// <summary>What joins the two.</summary>
    public Bridge? Bridge { get; set; }

    /// <summary>Who listens to its party; null for nobody.</summary>
    public SpeechChain? Ears { get; set; }

    /// <summary>What is attached to its audio.</summary>
    public List<IDisposable> Attachments { get; } = [];

    /// <summary>Lets go of its audio, and hangs it up.</summary>
    public async Task EndAsync(IReadOnlyList<SipHeader> farewell)
    {
        foreach (var one in Attachments)
            one.Dispose();
        if (Bridge is { } bridge)
            await bridge.DisposeAsync();
        if (Ears is { } ears)
            await ears.DisposeAsync();
        await Call.HangUpAsync(new HangUpOptions { Headers = farewell });
        await Call.DisposeAsync();
    }
}
