using Parley.Contracts.Voice.Options;
using Parley.Sip.Messages;
using Parley.Speech;

namespace Parley.Server.Voice.Joining;

/// <summary>The call a <c>refer</c> made, from its INVITE to its one last event. Used in its session's mailbox.</summary>
internal sealed class ReferredCall(OutgoingCall call, bool endsSession, SipOption? sip, DateTimeOffset started)
{
    // As clients that do not say so expect.
    private static readonly TimeSpan UsualRinging = TimeSpan.FromSeconds(30);

    private Bridge? _bridge;
    private SpeechChain? _ears;

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

    /// <summary>What is attached to its audio.</summary>
    public List<IDisposable> Attachments { get; } = [];

    /// <summary>How long it may ring.</summary>
    public static TimeSpan RingTimeoutOf(ReferOption options) => options.Timeout is > 0 and <= 86_400 and var seconds ? TimeSpan.FromSeconds(seconds) : UsualRinging;

    /// <summary>Joins it with the session's own call.</summary>
    /// <param name="other">That.</param>
    /// <param name="passDigits">Whether keys pressed on either are heard on the other.</param>
    /// <exception cref="CallMediaException">One of them has no audio.</exception>
    /// <exception cref="CallEndedException">One of them has ended.</exception>
    /// <exception cref="InvalidOperationException">One of them is joined with another.</exception>
    public void Join(Call other, bool passDigits) =>
        // Mixed, so that what the session says is heard by its caller beside the other party, and what both say can be listened to.
        _bridge = Bridge.Connect(other, Call, new() { Mix = true, PassDigits = passDigits });

    /// <summary>Has its party listened to.</summary>
    /// <param name="ears">By whom; disposed of with it.</param>
    public SpeechChain Listen(SpeechChain ears)
    {
        _ears = ears;
        foreach (var input in ears.Inputs)
            Attachments.Add(Call.Audio.Listen(input));
        return ears;
    }

    /// <summary>Lets go of its audio, and hangs it up.</summary>
    public async Task EndAsync(IReadOnlyList<SipHeader> farewell)
    {
        foreach (var one in Attachments)
            one.Dispose();
        if (_bridge is { } bridge)
            await bridge.DisposeAsync();
        if (_ears is { } ears)
            await ears.DisposeAsync();
        await Call.HangUpAsync(new HangUpOptions { Headers = farewell });
        await Call.DisposeAsync();
    }
}
